#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/economy/http.h"
#include "economy/allocator.h"
#include "economy/named_problem.h"
#include "economy/why.h"

namespace heed::apps::economics {
namespace {

using Kind = Field::Kind;

constexpr float kLeast = 1e-4F;  // an amount below is not shown
constexpr size_t kMostWhys = 20;

Field number(const char* name, const char* help, bool required = false) {
  return {.name = name, .kind = Kind::number, .help = help, .required = required, .min = 0};
}

std::vector<Field> request_fields() {
  return {{.name = "people",
           .kind = Kind::objects,
           .help = "Who has what to give; without a budget: no end",
           .required = true,
           .fields = {{.name = "person", .help = "Name", .required = true},
                      number("minutes", "Budget"),
                      number("slots", "Budget: how many"),
                      number("notifications", "Budget"),
                      {.name = "group", .help = "Of people, for limits"},
                      {.name = "quiet", .help = "22:00-07:00: pairs of that time are not chosen"}}},
          {.name = "pairs",
           .kind = Kind::objects,
           .help = "Who may be given what",
           .required = true,
           .fields = {{.name = "person", .help = "Of people", .required = true},
                      {.name = "item", .help = "Name", .required = true},
                      number("cost", "Minutes", true),
                      {.name = "value",
                       .kind = Kind::any,
                       .help = "3, or 3|2|1 for the first, second and third time",
                       .required = true},
                      {.name = "source", .help = "Of the item"},
                      {.name = "channel", .help = "notification: it takes one"},
                      {.name = "at", .help = "23:15: when"}}},
          {.name = "limits",
           .kind = Kind::objects,
           .help = "What all people together are held to",
           .fields = {{.name = "of",
                       .help = "What it counts over",
                       .required = true,
                       .choices = {"item", "source", "group"}},
                      {.name = "name", .help = "Whose", .required = true},
                      {.name = "unit", .help = "What it counts", .choices = {"times", "minutes"}},
                      number("at_least", "Floor"),
                      number("at_most", "Limit")}},
          {.name = "whole", .kind = Kind::boolean, .help = "Whole choices, not parts"},
          {.name = "why",
           .kind = Kind::objects,
           .help = "Pairs to be explained, at most 20",
           .fields = {{.name = "person", .help = "Of people", .required = true},
                      {.name = "item", .help = "Of pairs", .required = true}}}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "value", .kind = Kind::number, .help = "Of what is chosen", .required = true},
      {.name = "bound", .kind = Kind::number, .help = "No choice is worth more", .required = true},
      {.name = "gap", .kind = Kind::number, .help = "(bound - value of parts) / bound", .required = true},
      {.name = "choices",
       .kind = Kind::any,
       .help = "[{person, item, amount, minutes, value}]",
       .required = true},
      {.name = "limits",
       .kind = Kind::any,
       .help = "[{limit, used, at_most, price}]: what one more would bring",
       .required = true},
      {.name = "people",
       .kind = Kind::any,
       .help = "[{person, minute, slot, notification}]: what one more is worth",
       .required = true},
      {.name = "excluded", .kind = Kind::any, .help = "[{person, item, reason}]", .required = true},
      {.name = "why", .kind = Kind::any, .help = "Of each that was asked: net, prices, one line of text"}};
}

economy::NamedProblem read(const Json& body) {
  economy::ProblemBuilder builder;
  size_t k = 0;
  for (const Json& row : rows_of(body, "people"))
    builder.add(economy::PersonRow{.person = text_of(row, "person"),
                                   .minutes = text_of(row, "minutes"),
                                   .slots = text_of(row, "slots"),
                                   .notifications = text_of(row, "notifications"),
                                   .group = text_of(row, "group"),
                                   .quiet = text_of(row, "quiet")},
                fmt::format("people[{}]", k++));
  k = 0;
  for (const Json& row : rows_of(body, "pairs"))
    builder.add(economy::PairRow{.person = text_of(row, "person"),
                                 .item = text_of(row, "item"),
                                 .cost = text_of(row, "cost"),
                                 .value = text_of(row, "value"),
                                 .source = text_of(row, "source"),
                                 .channel = text_of(row, "channel"),
                                 .at = text_of(row, "at")},
                fmt::format("pairs[{}]", k++));
  k = 0;
  for (const Json& row : rows_of(body, "limits"))
    builder.add(economy::LimitRow{.of = text_of(row, "of"),
                                  .name = text_of(row, "name"),
                                  .unit = text_of(row, "unit"),
                                  .at_least = text_of(row, "at_least"),
                                  .at_most = text_of(row, "at_most")},
                fmt::format("limits[{}]", k++));
  return builder.build();
}

Json choices(const economy::NamedProblem& named, const economy::Allocation& chosen) {
  Json all = Json::array();
  const economy::Problem& problem = named.problem;
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      const float amount = chosen.amounts[p];
      if (amount < kLeast) continue;
      all.push_back({{"person", named.people[i]},
                     {"item", named.items[problem.items[p]]},
                     {"amount", rounded(amount)},
                     {"minutes", rounded(amount * problem.costs[p])},
                     {"value", rounded(amount * problem.values[p])}});
    }
  }
  return all;
}

Json limits(const economy::NamedProblem& named, const economy::Allocation& found) {
  Json all = Json::array();
  for (size_t r = 0; r < named.problem.limits.size(); ++r) {
    const economy::Limit& limit = named.problem.limits[r];
    Json one = {
        {"limit", name_of(limit)}, {"unit", to_string(limit.unit)}, {"used", rounded(found.limit_use[r])}};
    if (limit.at_least > 0) one["at_least"] = limit.at_least;
    if (std::isfinite(limit.at_most)) one["at_most"] = limit.at_most;
    one["price"] = rounded(found.limit_prices[r]);
    all.push_back(std::move(one));
  }
  return all;
}

Json people(const economy::NamedProblem& named, const economy::Allocation& found) {
  Json all = Json::array();
  for (size_t i = 0; i < named.people.size(); ++i) {
    const economy::Budgets& price = found.people_prices[i];
    all.push_back({{"person", named.people[i]},
                   {"minute", rounded(price.minutes)},
                   {"slot", rounded(price.slots)},
                   {"notification", rounded(price.notifications)}});
  }
  return all;
}

Json allocate(const Call& call, Services& /*services*/) {
  const economy::NamedProblem named = read(call.body);
  economy::Allocator allocator(named.problem);
  const economy::Allocation parts = allocator.solve();
  const economy::Allocation chosen = boolean_or(call.body, "whole", false) ? allocator.whole(parts) : parts;
  Json excluded = Json::array();
  for (const economy::Excluded& one : named.excluded)
    excluded.push_back({{"person", one.person}, {"item", one.item}, {"reason", one.reason}});
  Json reply = {{"value", chosen.value},
                {"bound", parts.bound},
                {"gap", parts.gap()},
                {"choices", choices(named, chosen)},
                {"limits", limits(named, parts)},
                {"people", people(named, parts)},
                {"excluded", std::move(excluded)}};
  const Json& asked = rows_of(call.body, "why");
  if (asked.size() > kMostWhys)
    throw FieldError("why", fmt::format("expected at most {}, found {}", kMostWhys, asked.size()));
  for (const Json& pair : asked) {
    for (const economy::Why& one :
         economy::why(named, parts, text_of(pair, "person"), text_of(pair, "item"))) {
      Json json = economy::to_json(one);
      json["text"] = one.text();
      reply["why"].push_back(std::move(json));
    }
  }
  return reply;
}

}  // namespace

Route allocate_route() {
  return {.method = "POST",
          .path = "/v1/economy/allocate",
          .summary = "Who gets what, so that all of it is worth most, with the price of every limit",
          .body = request_fields(),
          .reply = reply_fields(),
          .handle = [](const CallPointer& call, Services& services) { answer_by(call, services, allocate); }};
}

}  // namespace heed::apps::economics
