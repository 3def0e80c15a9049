#include "economy/minutes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/review_log.h"

namespace heed::economy {
namespace {

constexpr double kMillisecondsAMinute = 60'000, kHourUs = 3600e6;

int64_t milliseconds(double minutes) { return std::llround(minutes * kMillisecondsAMinute); }

void check(const MinuteBid& bid) {
  if (bid.minutes > 0 && std::isfinite(bid.minutes) && bid.value >= 0 && std::isfinite(bid.value)) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("minutes: bid '{}': expected minutes above 0 and a value of 0 or more, found {} and {}",
                  bid.id, bid.minutes, bid.value));
}

}  // namespace

MinuteMarket::MinuteMarket(Ledger& ledger, const MarketOptions& options)
    : ledger_(ledger), options_(options) {}

MinuteMarket::Account& MinuteMarket::account(const std::string& person) {
  const auto at = accounts_.find(person);
  if (at != accounts_.end()) return at->second;
  throw Error(ErrorCode::invalid_argument,
              "minutes: expected a person who has joined the day, found '" + person + "'");
}

const MinuteMarket::Account& MinuteMarket::account(const std::string& person) const {
  return const_cast<MinuteMarket*>(this)->account(person);
}

Posting MinuteMarket::posting(const Account& account, const MinuteBid& bid, const std::string& what,
                              Stage from, Stage to, int64_t milliseconds, int64_t ts_us) const {
  return {.id = what + ":" + bid.id,
          .tenant = options_.tenant,
          .person = account.day.person,
          .group = account.day.group,
          .source = bid.source,
          .task = bid.task,
          .from = from,
          .to = to,
          .milliseconds = milliseconds,
          .ts_us = ts_us};
}

void MinuteMarket::join(const PersonDay& day) {
  if (!(day.minutes > 0) || !std::isfinite(day.minutes) || day.end_us <= day.begin_us)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("minutes: person '{}': expected minutes above 0 and a day that ends after it begins, "
                    "found {} minutes",
                    day.person, day.minutes));
  const std::lock_guard lock(mutex_);
  const auto at = accounts_.find(day.person);
  if (at != accounts_.end() && at->second.day.begin_us == day.begin_us) {
    at->second.day = day;
    return;
  }
  Account account{.day = day, .price = day.price, .moved_us = day.begin_us};
  const MinuteBid of_day{.id = day.person + ":" + day_text(day.begin_us), .person = day.person, .task = ""};
  ledger_.post(std::vector{posting(account, of_day, "join", Stage::world, Stage::acquired,
                                   milliseconds(day.minutes), day.begin_us)});
  account.left_ms = ledger_.balance(options_.tenant, day.person)[static_cast<size_t>(Stage::acquired)];
  accounts_[day.person] = std::move(account);
}

void MinuteMarket::move_price(Account& account, double used, int64_t ts_us) {
  const PersonDay& day = account.day;
  const int64_t from = std::clamp(account.moved_us, day.begin_us, day.end_us),
                to = std::clamp(ts_us, from, day.end_us);
  const double left = static_cast<double>(account.left_ms) / kMillisecondsAMinute;
  const double paced = from < day.end_us
                           ? left * static_cast<double>(to - from) / static_cast<double>(day.end_us - from)
                           : left;
  account.price = std::max(0.0, account.price + options_.step * minute_value_ * (used - paced) /
                                                    std::sqrt(std::max(1.0, day.minutes)));
  account.moved_us = to;
}

MinuteGrant MinuteMarket::answer(const MinuteBid& bid, Account& account) {
  ++bids_;
  minute_value_ += (bid.value / bid.minutes - minute_value_) / static_cast<double>(bids_);
  move_price(account, 0, bid.ts_us);
  double& tired = account.tired[bid.task];
  int64_t& since = account.tired_us[bid.task];
  tired *= std::exp2(-std::max(0.0, static_cast<double>(bid.ts_us - since)) / kHourUs / options_.rest_hours);
  since = bid.ts_us;
  MinuteGrant grant = {.price = account.price, .value = bid.value * std::pow(options_.fatigue, tired)};
  const PersonDay& day = account.day;
  const double asked = grant.price * bid.minutes;
  const auto most = day.most.find(bid.task);
  double& used = account.used[bid.task];
  if (!bid.urgent && bid.ts_us >= day.quiet_begin_us && bid.ts_us < day.quiet_end_us) {
    grant.reason = "quiet hours";
  } else if (milliseconds(bid.minutes) > account.left_ms) {
    grant.reason = fmt::format("{:.3g} minutes are wanted, {:.3g} are left", bid.minutes,
                               static_cast<double>(account.left_ms) / kMillisecondsAMinute);
  } else if (most != day.most.end() && used + bid.minutes > most->second) {
    grant.reason =
        fmt::format("{} may take {:.3g} minutes a day and has had {:.3g}", bid.task, most->second, used);
  } else if (grant.value <= asked) {
    grant.reason =
        fmt::format("worth {:.4g}, and its minutes are worth {:.4g} to others", grant.value, asked);
  } else {
    grant.given = true;
    grant.reason = fmt::format("worth {:.4g}, for minutes worth {:.4g}", grant.value, asked);
    account.left_ms -= milliseconds(bid.minutes);
    used += bid.minutes;
    tired += 1;
    move_price(account, bid.minutes, bid.ts_us);
  }
  return grant;
}

std::vector<MinuteGrant> MinuteMarket::ask(const std::vector<MinuteBid>& bids) {
  for (const MinuteBid& bid : bids) check(bid);
  const std::lock_guard lock(mutex_);
  std::vector<size_t> order(bids.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    return bids[a].value / bids[a].minutes > bids[b].value / bids[b].minutes;
  });
  std::map<std::string, Account> before;
  for (const MinuteBid& bid : bids) before.try_emplace(bid.person, account(bid.person));
  std::vector<MinuteGrant> grants(bids.size());
  std::vector<Posting> postings;
  std::vector<size_t> of_posting;
  for (const size_t k : order) {
    Account& own = account(bids[k].person);
    grants[k] = answer(bids[k], own);
    if (!grants[k].given) continue;
    postings.push_back(posting(own, bids[k], "grant", Stage::acquired, Stage::allocated,
                               milliseconds(bids[k].minutes), bids[k].ts_us));
    of_posting.push_back(k);
  }
  if (postings.empty()) return grants;
  std::vector<bool> is_new;
  try {
    is_new = ledger_.post(postings);
  } catch (...) {
    for (auto& [person, was] : before) accounts_[person] = std::move(was);  // nothing was given
    throw;
  }
  for (size_t p = 0; p < postings.size(); ++p) {  // granted before: its minutes went then
    if (!is_new[p]) account(bids[of_posting[p]].person).left_ms += postings[p].milliseconds;
  }
  return grants;
}

void MinuteMarket::settle(const MinuteBid& bid, double retained, double lost, int64_t ts_us) {
  const int64_t all = milliseconds(bid.minutes), kept = milliseconds(retained), gone = milliseconds(lost);
  if (kept < 0 || gone < 0 || kept + gone > all)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("minutes: bid '{}': expected at most its {} minutes, found {} retained and {} lost",
                    bid.id, bid.minutes, retained, lost));
  const std::lock_guard lock(mutex_);
  Account& own = account(bid.person);
  std::vector<Posting> postings;
  const auto add = [&](const char* what, Stage to, int64_t amount) {
    if (amount > 0) postings.push_back(posting(own, bid, what, Stage::allocated, to, amount, ts_us));
  };
  add("retained", Stage::retained, kept);
  add("lost", Stage::lost, gone);
  add("back", Stage::acquired, all - kept - gone);
  const std::vector<bool> is_new = ledger_.post(postings);
  if (postings.back().to == Stage::acquired && is_new.back()) {
    own.left_ms += postings.back().milliseconds;
    own.used[bid.task] -= static_cast<double>(postings.back().milliseconds) / kMillisecondsAMinute;
  }
}

void MinuteMarket::close(const std::string& person, int64_t ts_us) {
  const std::lock_guard lock(mutex_);
  Account& own = account(person);
  const MinuteBid of_day{.id = person + ":" + day_text(own.day.begin_us), .person = person, .task = ""};
  if (own.left_ms > 0)
    ledger_.post(
        std::vector{posting(own, of_day, "close", Stage::acquired, Stage::lost, own.left_ms, ts_us)});
  own.left_ms = 0;
}

double MinuteMarket::price(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  return account(person).price;
}

double MinuteMarket::left(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(account(person).left_ms) / kMillisecondsAMinute;
}

}  // namespace heed::economy
