#include "economy/minutes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/review_log.h"

namespace heed::economy {
namespace {

constexpr double kMillisecondsAMinute = 60'000, kHourUs = 3600e6;
constexpr int64_t kMinuteUs = 60'000'000;
constexpr std::string_view kGrant = "grant:", kBack = "back:";  // of ids of postings

int64_t milliseconds(double minutes) { return std::llround(minutes * kMillisecondsAMinute); }
double minutes(int64_t milliseconds) { return static_cast<double>(milliseconds) / kMillisecondsAMinute; }

void check(const MinuteBid& bid) {
  if (bid.minutes > 0 && std::isfinite(bid.minutes) && bid.value >= 0 && std::isfinite(bid.value)) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("minutes: bid '{}': expected minutes above 0 and a value of 0 or more, found {} and {}",
                  bid.id, bid.minutes, bid.value));
}

uint64_t hash_of(std::string_view text) {
  uint64_t hash = 0;
  for (const char c : text) hash = mix64(hash ^ static_cast<unsigned char>(c));
  return hash;
}

// Of a person's day: a hash of the name, not the name. Whoever knows a name can still tell that it was here.
std::string id_of_day(const PersonDay& day) {
  return fmt::format("{:016x}:{}", hash_of(day.person), day_text(day.begin_us + day.rules.utc_us));
}

bool is_quiet(const PersonDay& day, int64_t ts_us) {
  return day.rules.quiet.has(static_cast<int>((ts_us - day.begin_us) / kMinuteUs));
}

// What a grant's posting notes, so that a market that begins again knows it.
std::string note_of(const MinuteGrant& grant) {
  return fmt::format("value {:.17g} at {:.17g}", grant.value, grant.price);
}

MinuteGrant grant_of(const Posting& posting) {
  MinuteGrant grant = {.given = true, .reason = "granted before"};
  char* end = nullptr;
  if (!posting.note.starts_with("value ")) return grant;
  grant.value = std::strtod(posting.note.c_str() + 6, &end);
  if (std::string_view(end).starts_with(" at ")) grant.price = std::strtod(end + 4, nullptr);
  return grant;
}

}  // namespace

std::string bid_id(std::string_view decision, std::string_view thing) {
  return fmt::format("{}:{:016x}", decision, hash_of(thing));
}

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

PersonDay MinuteMarket::usual_day(const std::string& person, int64_t ts_us) const {
  const DayRules& rules = *options_.usual;
  const int64_t local = ts_us + rules.utc_us, begin = local - local % kDayUs - rules.utc_us;
  return {.person = person, .begin_us = begin, .end_us = begin + kDayUs, .rules = rules};
}

MinuteMarket::Account& MinuteMarket::account_at(const std::string& person, int64_t ts_us) {
  const auto at = accounts_.find(person);
  if (!options_.usual || (at != accounts_.end() && ts_us < at->second.day.end_us)) return account(person);
  PersonDay day = usual_day(person, ts_us);
  if (at != accounts_.end()) {
    day.group = at->second.day.group;
    day.price = at->second.price;
  }
  begin(day);
  return account(person);
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

void MinuteMarket::restore(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (!options_.usual) return;
  std::set<std::string> granted;  // today
  ledger_.for_each(
      [&](const Posting& p) {
        if (p.tenant != options_.tenant || p.person.empty()) return;
        const PersonDay day = usual_day(p.person, now_us);
        if (p.ts_us < day.begin_us || p.ts_us >= day.end_us) return;
        if (p.id == "join:" + id_of_day(day))
          accounts_.try_emplace(p.person, Account{.day = day, .moved_us = day.begin_us})
              .first->second.day.group = p.group;
        const auto at = accounts_.find(p.person);
        if (at == accounts_.end()) return;  // what became of yesterday's
        Account& own = at->second;
        if (p.from == Stage::world) own.minutes += minutes(p.milliseconds);
        if (p.id.starts_with(kGrant)) {
          granted.insert(p.id.substr(kGrant.size()));
          const MinuteGrant grant = grant_of(p);
          own.used[p.task] += minutes(p.milliseconds);
          own.tired[p.task] = rest(own, p.task, p.ts_us) + 1;
          learn_value(grant.value / minutes(p.milliseconds));
          own.price = grant.price;
          own.moved_us = p.ts_us;
          own.left_ms = milliseconds(own.minutes);
          for (const auto& [task, used] : own.used) own.left_ms -= milliseconds(used);
          move_price(own, minutes(p.milliseconds), p.ts_us);
        }
        if (p.id.starts_with(kBack) && granted.contains(p.id.substr(kBack.size())))
          own.used[p.task] -= minutes(p.milliseconds);
      },
      usual_day("", now_us).begin_us);
  for (auto& [person, own] : accounts_) own.left_ms = acquired(person);
}

int64_t MinuteMarket::acquired(const std::string& person) const {
  return ledger_.balance(options_.tenant, person)[static_cast<size_t>(Stage::acquired)];
}

void MinuteMarket::learn_value(double of_minute) {
  ++bids_;
  minute_value_ += (of_minute - minute_value_) / static_cast<double>(bids_);
}

void MinuteMarket::join(const PersonDay& day) {
  const std::lock_guard lock(mutex_);
  begin(day);
}

void MinuteMarket::begin(const PersonDay& day) {
  if (!(day.rules.minutes > 0) || !std::isfinite(day.rules.minutes) || day.end_us <= day.begin_us)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("minutes: person '{}': expected minutes above 0 and a day that ends after it begins, "
                    "found {} minutes",
                    day.person, day.rules.minutes));
  const auto at = accounts_.find(day.person);
  if (at != accounts_.end()) {
    if (at->second.day.begin_us == day.begin_us) {
      at->second.day = day;
      return;
    }
    end(at->second, at->second.day.end_us - 1);
  }
  Account account{.day = day, .minutes = day.rules.minutes, .price = day.price, .moved_us = day.begin_us};
  const MinuteBid of_day{.id = id_of_day(day)};
  const int64_t own = milliseconds(day.rules.minutes), before = acquired(day.person);
  std::vector<Posting> postings = {
      posting(account, of_day, "join", Stage::world, Stage::acquired, own, day.begin_us)};
  if (before > 0 && !ledger_.find(options_.tenant, postings[0].id))  // of a day that nobody closed
    postings.push_back(
        posting(account, of_day, "close-before", Stage::acquired, Stage::lost, before, day.begin_us));
  ledger_.post(postings);
  account.left_ms = acquired(day.person);
  accounts_[day.person] = std::move(account);
}

void MinuteMarket::offer(const std::string& id, const std::string& person, double wanted, int64_t ts_us) {
  if (!(wanted >= 0) || !std::isfinite(wanted))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("minutes: person '{}': expected minutes of 0 or more, found {}", person, wanted));
  const std::lock_guard lock(mutex_);
  Account& own = account_at(person, ts_us);
  const int64_t missing = milliseconds(wanted) - own.left_ms;
  if (missing <= 0) return;
  if (!ledger_.post(
          std::vector{posting(own, {.id = id}, "offer", Stage::world, Stage::acquired, missing, ts_us)})[0])
    return;
  own.left_ms += missing;
  own.minutes += minutes(missing);
}

void MinuteMarket::move_price(Account& account, double used, int64_t ts_us) {
  const PersonDay& day = account.day;
  const int64_t from = std::clamp(account.moved_us, day.begin_us, day.end_us),
                to = std::clamp(ts_us, from, day.end_us);
  const double left = minutes(account.left_ms);
  const double paced = from < day.end_us
                           ? left * static_cast<double>(to - from) / static_cast<double>(day.end_us - from)
                           : left;
  account.price = std::max(0.0, account.price + options_.step * minute_value_ * (used - paced) /
                                                    std::sqrt(std::max(1.0, account.minutes)));
  account.moved_us = to;
}

// Fatigue of a task as it is by now.
double MinuteMarket::rest(Account& account, const std::string& task, int64_t ts_us) const {
  double& tired = account.tired[task];
  int64_t& since = account.tired_us[task];
  tired *= std::exp2(-std::max(0.0, static_cast<double>(ts_us - since)) / kHourUs / options_.rest_hours);
  since = ts_us;
  return tired;
}

MinuteGrant MinuteMarket::answer(const MinuteBid& bid, Account& account) {
  const DayRules& rules = account.day.rules;
  const auto worth = rules.worth.find(bid.task);
  const double value = bid.value * (worth == rules.worth.end() ? 1 : worth->second);
  if (!bid.own) learn_value(value / bid.minutes);
  move_price(account, 0, bid.ts_us);
  MinuteGrant grant = {.price = account.price,
                       .value = value * std::pow(options_.fatigue, rest(account, bid.task, bid.ts_us))};
  const double asked = grant.price * bid.minutes;
  const auto most = rules.most.find(bid.task);
  double& used = account.used[bid.task];
  if (bid.own) {
    grant.given = true;
    grant.reason = "asked for by the person";
  } else if (!bid.urgent && is_quiet(account.day, bid.ts_us)) {
    grant.refusal = Refusal::quiet_hours;
    grant.reason = "quiet hours";
  } else if (milliseconds(bid.minutes) > account.left_ms) {
    grant.refusal = Refusal::none_left;
    grant.reason =
        fmt::format("{:.3g} minutes are wanted, {:.3g} are left", bid.minutes, minutes(account.left_ms));
  } else if (most != rules.most.end() && used + bid.minutes > most->second) {
    grant.refusal = Refusal::task_limit;
    grant.reason =
        fmt::format("{} may take {:.3g} minutes a day and has had {:.3g}", bid.task, most->second, used);
  } else if (grant.value <= asked) {
    grant.refusal = Refusal::price;
    grant.reason =
        fmt::format("worth {:.4g}, and its minutes are worth {:.4g} to others", grant.value, asked);
  } else {
    grant.given = true;
    grant.reason = fmt::format("worth {:.4g}, for minutes worth {:.4g}", grant.value, asked);
  }
  if (grant.given) {
    account.left_ms -= milliseconds(bid.minutes);
    used += bid.minutes;
    account.tired[bid.task] += 1;
    move_price(account, bid.minutes, bid.ts_us);
    return grant;
  }
  double& next = account.next[bid.task];
  next = std::max(next, grant.value / bid.minutes);
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
  std::set<std::string_view> ids;
  for (const MinuteBid& bid : bids) {
    if (!ids.insert(bid.id).second)
      throw Error(ErrorCode::invalid_argument,
                  "minutes: bid '" + bid.id + "': expected an id once a call, found it twice");
  }
  std::map<std::string, Account> before;
  for (const MinuteBid& bid : bids) before.try_emplace(bid.person, account_at(bid.person, bid.ts_us));
  const auto [value_before, bids_before] = std::pair(minute_value_, bids_);
  std::vector<MinuteGrant> grants(bids.size());
  std::vector<Posting> postings;
  try {
    for (const size_t k : order) {
      if (const auto known = granted(bids[k].id)) {
        grants[k] = grant_of(*known);
        continue;
      }
      Account& own = account(bids[k].person);
      grants[k] = answer(bids[k], own);
      if (!grants[k].given) continue;
      if (own.left_ms < 0) {
        postings.push_back(
            posting(own, bids[k], "own", Stage::world, Stage::acquired, -own.left_ms, bids[k].ts_us));
        own.minutes -= minutes(own.left_ms);
        own.left_ms = 0;
      }
      postings.push_back(posting(own, bids[k], "grant", Stage::acquired, Stage::allocated,
                                 milliseconds(bids[k].minutes), bids[k].ts_us));
      postings.back().note = note_of(grants[k]);
    }
    if (!postings.empty()) ledger_.post(postings);
  } catch (...) {  // nothing was given; somebody else may have moved what these people have
    minute_value_ = value_before;
    bids_ = bids_before;
    for (auto& [person, was] : before) {
      was.left_ms = acquired(person);
      accounts_[person] = std::move(was);
    }
    throw;
  }
  return grants;
}

std::optional<Posting> MinuteMarket::granted(const std::string& id) const {
  return ledger_.find(options_.tenant, std::string(kGrant) + id);
}

std::optional<std::string> MinuteMarket::granted_to(const std::string& id) const {
  const auto grant = granted(id);
  return grant ? std::optional(grant->person) : std::nullopt;
}

bool MinuteMarket::settle(const std::string& id, double retained, double lost, int64_t ts_us) {
  const std::lock_guard lock(mutex_);
  const auto grant = granted(id);
  if (!grant) return false;
  const int64_t kept = milliseconds(retained), gone = milliseconds(lost);
  if (kept < 0 || gone < 0 || kept + gone > grant->milliseconds)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("minutes: bid '{}': expected at most its {} minutes, found {} retained and {} lost", id,
                    minutes(grant->milliseconds), retained, lost));
  return settle_granted(*grant, kept, gone, ts_us);
}

bool MinuteMarket::settle_share(const std::string& id, double retained, double lost, int64_t ts_us) {
  const std::lock_guard lock(mutex_);
  const auto grant = granted(id);
  if (!grant) return false;
  const auto all = static_cast<double>(grant->milliseconds);
  const int64_t kept = std::llround(all * retained);
  return settle_granted(*grant, kept,
                        std::min(grant->milliseconds - kept, static_cast<int64_t>(std::llround(all * lost))),
                        ts_us);
}

bool MinuteMarket::settle_until(const std::string& id, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const auto grant = granted(id);
  if (!grant) return false;
  const int64_t passed = std::max<int64_t>(0, (now_us - grant->ts_us) / 1000);
  return settle_granted(*grant, std::min(passed, grant->milliseconds), 0, now_us);
}

bool MinuteMarket::settle_granted(const Posting& granted, int64_t retained_ms, int64_t lost_ms,
                                  int64_t ts_us) {
  const std::string id = granted.id.substr(granted.id.find(':') + 1);
  for (const char* what : {"retained:", "lost:", "back:"})
    if (ledger_.find(options_.tenant, what + id)) return false;
  std::vector<Posting> postings;
  const auto add = [&](const char* what, Stage to, int64_t amount) {
    if (amount <= 0) return;
    postings.push_back(granted);
    Posting& one = postings.back();
    one.id = what + id;
    one.from = Stage::allocated;
    one.to = to;
    one.milliseconds = amount;
    one.ts_us = ts_us;
    one.note = {};
  };
  add("retained:", Stage::retained, retained_ms);
  add("lost:", Stage::lost, lost_ms);
  add("back:", Stage::acquired, granted.milliseconds - retained_ms - lost_ms);
  ledger_.post(postings);
  const auto own = accounts_.find(granted.person);
  if (own != accounts_.end() && postings.back().to == Stage::acquired) {
    own->second.left_ms += postings.back().milliseconds;
    if (granted.ts_us >= own->second.day.begin_us)
      own->second.used[granted.task] -= minutes(postings.back().milliseconds);
  }
  return true;
}

int64_t MinuteMarket::sweep(int64_t before_us, int64_t now_us) {
  std::map<std::string, Posting> open;
  ledger_.for_each(
      [&](const Posting& p) {
        if (p.tenant != options_.tenant) return;
        if (p.id.starts_with(kGrant)) {
          if (p.ts_us < before_us) open.try_emplace(p.id.substr(kGrant.size()), p);
        } else if (p.from == Stage::allocated) {
          open.erase(p.id.substr(p.id.find(':') + 1));
        }
      },
      swept_us_);
  int64_t count = 0;
  for (const auto& [id, granted] : open) {
    const std::lock_guard lock(mutex_);  // one by one: others ask meanwhile
    count += settle_granted(granted, 0, granted.milliseconds, now_us) ? 1 : 0;
  }
  swept_us_ = before_us;
  const std::lock_guard lock(mutex_);
  for (auto one = accounts_.begin(); one != accounts_.end();) {
    const int64_t end_us = one->second.day.end_us;
    if (options_.usual && end_us <= before_us) {
      end(one->second, end_us - 1);
      one = accounts_.erase(one);
    } else {
      ++one;
    }
  }
  return count;
}

void MinuteMarket::close(const std::string& person, int64_t ts_us) {
  const std::lock_guard lock(mutex_);
  end(account(person), ts_us);
}

void MinuteMarket::end(Account& own, int64_t ts_us) {
  if (own.left_ms > 0)
    ledger_.post(std::vector{
        posting(own, {.id = id_of_day(own.day)}, "close", Stage::acquired, Stage::lost, own.left_ms, ts_us)});
  own.left_ms = 0;
}

double MinuteMarket::price(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  return account(person).price;
}

double MinuteMarket::left(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  return minutes(account(person).left_ms);
}

std::vector<PersonMinutes> MinuteMarket::people() const {
  const std::lock_guard lock(mutex_);
  std::vector<PersonMinutes> people;
  for (const auto& [person, own] : accounts_)
    people.push_back({.person = person,
                      .group = own.day.group,
                      .minutes = own.minutes,
                      .left = minutes(own.left_ms),
                      .price = own.price,
                      .used = own.used,
                      .next = own.next});
  return people;
}

void MinuteMarket::forget(const std::string& person) {
  const std::lock_guard lock(mutex_);
  accounts_.erase(person);
}

}  // namespace heed::economy
