#include "economy/room.h"

#include <algorithm>
#include <cmath>

namespace heed::economy {
namespace {

constexpr double kRounding = 1e-7;  // of a float

}  // namespace

float net_of(const Problem& problem, const Charges& charges, uint64_t pair, uint32_t group) {
  const Charge& item = charges.items[problem.items[pair]];
  const Charge own = group == kNone || charges.groups.empty() ? Charge{} : charges.groups[group];
  return problem.values[pair] - item.a_time - own.a_time -
         problem.costs[pair] * (item.a_minute + own.a_minute);
}

Room::Room(const Problem& problem, const Coupling& coupling, const UseTotals& use)
    : problem_(problem), coupling_(coupling), limits_(problem.limits.size(), kUnlimited) {
  for (size_t r = 0; r < limits_.size(); ++r) {
    if (std::isfinite(problem.limits[r].at_most))
      limits_[r] = problem.limits[r].at_most * (1 - kRounding) - coupling.use(use, r);
  }
}

void Room::enter(uint64_t person, const std::vector<float>& amounts) {
  const auto budget = [person](const std::vector<float>& all) {
    return all.empty() ? kUnlimited : static_cast<double>(all[person]);
  };
  minutes_ = budget(problem_.minutes);
  least_minutes_ = std::isfinite(minutes_) ? kLeast * minutes_ : 0;
  slots_ = budget(problem_.slots);
  notifications_ = budget(problem_.notifications);
  group_ = group_of(problem_, coupling_, person);
  for (uint64_t p = problem_.begins[person]; p < problem_.begins[person + 1]; ++p) {
    if (amounts[p] > 0) spend_own(p, amounts[p]);
  }
}

double Room::most_of_person(uint64_t pair) const {
  const double cost = problem_.costs[pair];
  double most = std::min(1.0, slots_);
  if (cost > 0) most = std::min(most, minutes_ / cost);
  if (notifies(pair)) most = std::min(most, notifications_);
  return most;
}

Budgets Room::left() const {
  return {.minutes = static_cast<float>(minutes_),
          .slots = static_cast<float>(slots_),
          .notifications = static_cast<float>(notifications_)};
}

bool Room::holds() const {
  return std::ranges::all_of(limits_, [](double left) { return left >= -kRounding; });
}

double Room::fits(uint64_t pair) const {
  double most = most_of_person(pair);
  each_limit(pair, [&](uint32_t r, double a) {
    if (a > 0) most = std::min(most, limits_[r] / a);
  });
  return std::max(0.0, most);
}

void Room::spend_own(uint64_t pair, double amount) {
  minutes_ -= amount * problem_.costs[pair];
  slots_ -= amount;
  if (notifies(pair)) notifications_ -= amount;
}

void Room::spend_limits(uint64_t pair, double amount) {
  each_limit(pair, [&](uint32_t r, double a) { limits_[r] -= amount * a; });
}

}  // namespace heed::economy
