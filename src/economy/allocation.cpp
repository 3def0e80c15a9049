#include "economy/allocation.h"

#include <algorithm>
#include <cmath>

namespace heed::economy {

double Allocation::gap() const {
  if (bound == value) return 0;
  return std::max(0.0, (bound - value) / std::max(std::abs(bound), 1e-30));
}

UseTotals use_of(const Problem& problem, const Coupling& coupling, const std::vector<float>& amounts) {
  UseTotals totals = coupling.zero();
  for (uint64_t i = 0; i < problem.people(); ++i) {
    Use group;
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      const double x = amounts[p];
      if (x == 0) continue;
      const Use use{.times = x, .minutes = x * problem.costs[p], .times_slope = 0, .minutes_slope = 0};
      totals.items[problem.items[p]] += use;
      group += use;
    }
    if (!totals.groups.empty() && !problem.groups.empty() && problem.groups[i] != kNone)
      totals.groups[problem.groups[i]] += group;
  }
  return totals;
}

namespace {

double excess(double used, double most) { return (used - most) / std::max(1.0, most); }

// What a person's budgets leave, priced, and their greatest excess.
void measure_person(const Problem& problem, uint64_t i, Allocation& allocation, double& left) {
  double minutes = 0, slots = 0, notifications = 0, value = 0;
  float least = 0, most = 0;
  for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
    const float amount = allocation.amounts[p];
    const double x = amount;
    minutes += x * problem.costs[p];
    slots += x;
    value += x * problem.values[p];
    least = std::min(least, amount);
    most = std::max(most, amount);
  }
  for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1] && !problem.notifies.empty(); ++p)
    notifications += static_cast<double>(allocation.amounts[p]) * problem.notifies[p];
  allocation.value += value;
  allocation.infeasibility = std::max({allocation.infeasibility, -static_cast<double>(least), most - 1.0});
  const auto hold = [&](const std::vector<float>& budget, double used, float price) {
    if (budget.empty() || !std::isfinite(budget[i])) return;
    allocation.infeasibility = std::max(allocation.infeasibility, excess(used, budget[i]));
    left += std::max(0.0, budget[i] - used) * price;
  };
  const Budgets price = allocation.people_prices.empty() ? Budgets{} : allocation.people_prices[i];
  hold(problem.minutes, minutes, price.minutes);
  hold(problem.slots, slots, price.slots);
  hold(problem.notifications, notifications, price.notifications);
}

}  // namespace

void measure(const Problem& problem, const Coupling& coupling, Allocation& allocation) {
  measure(problem, coupling, use_of(problem, coupling, allocation.amounts), allocation);
}

void measure(const Problem& problem, const Coupling& coupling, const UseTotals& totals,
             Allocation& allocation) {
  allocation.value = allocation.infeasibility = 0;
  double left = 0;
  for (uint64_t i = 0; i < problem.people(); ++i) measure_person(problem, i, allocation, left);
  allocation.limit_use.assign(problem.limits.size(), 0);
  for (size_t r = 0; r < problem.limits.size(); ++r) {
    const Limit& limit = problem.limits[r];
    const double used = allocation.limit_use[r] = coupling.use(totals, r);
    if (std::isfinite(limit.at_most))
      allocation.infeasibility = std::max(allocation.infeasibility, excess(used, limit.at_most));
    if (limit.at_least > 0)
      allocation.infeasibility =
          std::max(allocation.infeasibility, (limit.at_least - used) / std::max(1.0, limit.at_least));
    const double price = allocation.limit_prices.empty() ? 0 : allocation.limit_prices[r];
    if (price > 0) left += price * std::max(0.0, limit.at_most - used);
    if (price < 0) left -= price * std::max(0.0, used - limit.at_least);
  }
  allocation.slackness = left / std::max(std::abs(allocation.value), 1e-30);
}

}  // namespace heed::economy
