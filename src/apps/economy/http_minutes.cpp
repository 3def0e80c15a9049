#include <algorithm>
#include <initializer_list>
#include <map>

#include <fmt/format.h>

#include "apps/economy/http.h"
#include "apps/economy/market.h"
#include "base/error.h"
#include "economy/minutes.h"
#include "store/event.h"

namespace heed::apps::economics {
namespace {

using Kind = Field::Kind;

constexpr size_t kShownPeople = 100;
constexpr double kMostMinutes = 1440;
constexpr size_t kMaxIdBytes = 200;

economy::MinuteMarket& market_of(Services& services) {
  if (economy::MinuteMarket* market = services.minutes()) return *market;
  throw Error(ErrorCode::unavailable,
              "economy: expected a market for people's minutes, found none; set apps.economy.enabled = true");
}

// Texts that are ids: of 1 to 200 bytes, for the ledger adds some of its own.
void check_names(const Json& row, const std::string& path, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const size_t bytes = text_or(row, name).size();
    if (bytes < 1 || bytes > kMaxIdBytes)
      throw FieldError(path + name, fmt::format("expected 1 to {} bytes, found {}", kMaxIdBytes, bytes));
  }
}

Json people(const Call& /*call*/, Services& services) {
  economy::MinuteMarket* const market = services.minutes();
  Json reply = {
      {"running", market != nullptr}, {"people", Json::array()}, {"tasks", Json::array()}, {"more", 0}};
  if (market == nullptr) return reply;
  std::vector<economy::PersonMinutes> all = market->people();
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.price > b.price; });
  std::map<std::string, std::pair<double, double>> tasks;
  for (size_t k = 0; k < all.size(); ++k) {
    const economy::PersonMinutes& one = all[k];
    Json used = Json::object(), next = Json::object();
    for (const auto& [task, minutes] : one.used) {
      used[task] = rounded(minutes);
      tasks[task].first += minutes;
    }
    for (const auto& [task, value] : one.next) {
      next[task] = rounded(value);
      tasks[task].second = std::max(tasks[task].second, value);
    }
    if (k >= kShownPeople) continue;
    reply["people"].push_back({{"person", one.person},
                               {"group", one.group},
                               {"minutes", rounded(one.minutes)},
                               {"left", rounded(one.left)},
                               {"price", rounded(one.price)},
                               {"used", std::move(used)},
                               {"next", std::move(next)}});
  }
  for (const auto& [task, sums] : tasks)
    reply["tasks"].push_back({{"task", task}, {"used", rounded(sums.first)}, {"next", rounded(sums.second)}});
  reply["more"] = all.size() - std::min(all.size(), kShownPeople);
  return reply;
}

Json ask(const Call& call, Services& services) {
  economy::MinuteMarket& market = market_of(services);
  const int64_t now = store::now_us();
  std::vector<economy::MinuteBid> bids;
  for (const Json& row : rows_of(call.body, "bids")) {
    check_names(row, fmt::format("bids[{}].", bids.size()), {"id", "person", "task"});
    bids.push_back({.id = text_or(row, "id"),
                    .person = text_or(row, "person"),
                    .task = text_or(row, "task"),
                    .source = text_or(row, "source"),
                    .minutes = number_or(row, "minutes", 0),
                    .value = number_or(row, "value", 0),
                    .ts_us = now,
                    .urgent = boolean_or(row, "urgent", false),
                    .own = boolean_or(row, "own", false)});
  }
  Json grants = Json::array();
  const std::vector<economy::MinuteGrant> granted = market.ask(bids);
  for (size_t k = 0; k < bids.size(); ++k)
    grants.push_back({{"id", bids[k].id},
                      {"given", granted[k].given},
                      {"price", rounded(granted[k].price)},
                      {"value", rounded(granted[k].value)},
                      {"reason", granted[k].reason}});
  return {{"grants", std::move(grants)}};
}

Json settle(const Call& call, Services& services) {
  economy::MinuteMarket& market = market_of(services);
  const int64_t now = store::now_us();
  int64_t settled = 0;
  Json unknown = Json::array();
  for (const Json& row : rows_of(call.body, "bids")) {
    const std::string id = text_or(row, "id");
    if (market.settle(id, number_or(row, "retained", 0), number_or(row, "lost", 0), now)) {
      ++settled;
    } else {
      unknown.push_back(id);
    }
  }
  return {{"settled", settled}, {"unknown", std::move(unknown)}};
}

Json offer(const Call& call, Services& services) {
  economy::MinuteMarket& market = market_of(services);
  const std::string person = text_or(call.body, "person");
  check_names(call.body, "", {"id", "person"});
  market.offer(text_or(call.body, "id"), person, number_or(call.body, "minutes", 0), store::now_us());
  return {{"left", rounded(market.left(person))}, {"price", rounded(market.price(person))}};
}

Field text(const char* name, const char* help, bool required = true) {
  return {.name = name, .help = help, .required = required};
}

Field number(const char* name, const char* help, bool required = false) {
  return {
      .name = name, .kind = Kind::number, .help = help, .required = required, .min = 0, .max = kMostMinutes};
}

Field list(const char* name, const char* help, std::vector<Field> fields = {}) {
  return {.name = name,
          .kind = fields.empty() ? Kind::any : Kind::objects,
          .help = help,
          .required = true,
          .fields = std::move(fields)};
}

template <Json (*kWork)(const Call&, Services&)>
void handle(const CallPointer& call, Services& services) {
  answer_by(call, services, kWork);
}

}  // namespace

std::vector<Route> minutes_routes() {
  return {
      {.method = "GET",
       .path = "/v1/economy/minutes",
       .scope = Scope::admin,
       .summary =
           "Whose minutes are left today, what the next of each costs, and where it would be worth most",
       .reply =
           {{.name = "running",
             .kind = Kind::boolean,
             .help = "Whether this server has a market",
             .required = true},
            list("people",
                 "[{person, group, minutes, left, price, used: {task: minutes}, next: {task: value}}], the "
                 "dearest minute first: next is what a minute would have brought that was refused"),
            list("tasks", "[{task, used, next}] of all people"),
            {.name = "more", .kind = Kind::integer, .help = "People that are not shown", .required = true}},
       .is_watch = true,
       .handle = handle<people>},
      {.method = "POST",
       .path = "/v1/economy/minutes",
       .scope = Scope::feedback,
       .summary = "Ask for people's minutes; the same id is given once",
       .body = {list("bids", "One each",
                     {text("id", "Of yours; to settle it by"),
                      text("person", "Whose minutes"),
                      text("task", "alerts, agents, slates, digest, or your own"),
                      text("source", "Where it comes from", false),
                      number("minutes", "Wanted", true),
                      {.name = "value",
                       .kind = Kind::number,
                       .help = "What they would bring",
                       .required = true,
                       .min = 0},
                      {.name = "urgent", .kind = Kind::boolean, .help = "May break quiet hours"},
                      {.name = "own",
                       .kind = Kind::boolean,
                       .help = "The person asks for it: given at any price and hour"}})},
       .reply = {list("grants", "[{id, given, price, value, reason}], in the order of the bids")},
       .handle = handle<ask>},
      {.method = "POST",
       .path = "/v1/economy/minutes/settle",
       .scope = Scope::feedback,
       .summary = "Tell what became of minutes; what is neither retained nor lost goes back to the person",
       .body = {list("bids", "One each",
                     {text("id", "Of the bid"), number("retained", "Minutes that were attended"),
                      number("lost", "Minutes that were asked for in vain")})},
       .reply = {{.name = "settled", .kind = Kind::integer, .help = "That were new", .required = true},
                 list("unknown", "Ids that were settled before, or never granted")},
       .handle = handle<settle>},
      {.method = "POST",
       .path = "/v1/economy/minutes/offer",
       .scope = Scope::feedback,
       .summary = "A person says how many minutes they have now",
       .body = {text("id", "Of yours: counted once"), text("person", "Whose"),
                number("minutes", "They have", true)},
       .reply = {{.name = "left", .kind = Kind::number, .help = "Minutes", .required = true},
                 {.name = "price", .kind = Kind::number, .help = "Of the next one", .required = true}},
       .handle = handle<offer>}};
}

}  // namespace heed::apps::economics
