#include "economy/why.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kMargin = 2e-3;  // of the value: as good as no difference

void add(Why& why, const std::string& of, double price, double takes) {
  if (std::abs(price) * takes <= 1e-9) return;
  why.prices.push_back({of, price, takes});
  why.net -= price * takes;
}

Why of_pair(const NamedProblem& named, const Coupling& coupling, const Allocation& allocation,
            uint64_t person, uint64_t pair) {
  const Problem& problem = named.problem;
  const double cost = problem.costs[pair];
  Why why{.person = named.people[person],
          .item = named.items[problem.items[pair]],
          .amount = allocation.amounts[pair],
          .value = problem.values[pair],
          .net = problem.values[pair]};
  const auto of_limit = [&](uint32_t r) {
    add(why, name_of(problem.limits[r]), allocation.limit_prices[r],
        problem.limits[r].unit == LimitUnit::times ? 1 : cost);
  };
  for (const uint32_t r : coupling.of_item(problem.items[pair])) of_limit(r);
  if (!problem.groups.empty() && problem.groups[person] < coupling.groups()) {
    for (const uint32_t r : coupling.of_group(problem.groups[person])) of_limit(r);
  }
  const Budgets& budgets = allocation.people_prices[person];
  add(why, "minutes of " + why.person, budgets.minutes, cost);
  add(why, "slots of " + why.person, budgets.slots, 1);
  if (!problem.notifies.empty())
    add(why, "notifications of " + why.person, budgets.notifications, problem.notifies[pair]);
  return why;
}

}  // namespace

std::string Why::text() const {
  const std::string name =
      fmt::format("{} for {}{}", item, person, repetition > 1 ? fmt::format(", time {}", repetition) : "");
  if (!excluded.empty()) return fmt::format("{}: not chosen: {}", name, excluded);
  std::string spent;
  for (const PriceOfPair& price : prices)
    spent += fmt::format(" {} {:.4g} ({})", price.price > 0 ? "-" : "+", std::abs(price.price) * price.takes,
                         price.of);
  const double margin = kMargin * std::max(std::abs(value), 1e-12);
  const char* verdict = amount >= 1 - 1e-4 ? "chosen"
                        : amount > 1e-4    ? "chosen in part"
                        : value <= 0       ? "not chosen: it is worth nothing"
                        : net < -margin    ? "not chosen: what it takes is worth more elsewhere"
                        : net <= margin    ? "not chosen: it is at the margin"
                                           : "not chosen: it would be worth it, and did not fit";
  return fmt::format("{}: {}: value {:.4g}{} leaves {:.4g}", name, verdict, value, spent, net);
}

std::vector<Why> why(const NamedProblem& named, const Allocation& allocation, const std::string& person,
                     const std::string& item) {
  for (const Excluded& one : named.excluded) {
    if (one.person == person && one.item == item)
      return {Why{.person = person, .item = item, .prices = {}, .excluded = one.reason}};
  }
  const std::vector<uint64_t> pairs = named.find(person, item);
  if (pairs.empty())
    throw Error(ErrorCode::not_found,
                fmt::format("person '{}' and item '{}' are no pair of the table", person, item));
  const Coupling coupling(named.problem);
  const auto i = static_cast<uint64_t>(std::ranges::find(named.people, person) - named.people.begin());
  std::vector<Why> all;
  for (const uint64_t pair : pairs) {
    all.push_back(of_pair(named, coupling, allocation, i, pair));
    all.back().repetition = static_cast<int>(all.size());
  }
  return all;
}

Json to_json(const Why& why) {
  Json json = {{"person", why.person}, {"item", why.item}, {"time", why.repetition}, {"amount", why.amount}};
  if (!why.excluded.empty()) {
    json["excluded"] = why.excluded;
    return json;
  }
  json["value"] = why.value;
  json["net"] = why.net;
  json["prices"] = Json::array();
  for (const PriceOfPair& price : why.prices)
    json["prices"].push_back({{"of", price.of}, {"price", price.price}, {"takes", price.takes}});
  return json;
}

}  // namespace heed::economy
