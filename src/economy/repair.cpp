#include "economy/repair.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "economy/allocation.h"
#include "economy/room.h"

namespace heed::economy {
namespace {

constexpr int kRounds = 6;          // of lifting and scaling
constexpr double kBinds = 1e-3;     // a floor this near is not to be scaled away
constexpr double kRounding = 1e-7;  // of a float
constexpr float kLeastAmount = 1e-7F;

// A number for each item and group: 1, or less where its limits say so.
struct Factors {
  std::vector<double> items, groups;
};

template <class OfLimit>
Factors factors(const Problem& problem, const Coupling& coupling, double neutral, const OfLimit& of_limit) {
  Factors all{.items = std::vector<double>(problem.item_count, neutral),
              .groups = std::vector<double>(coupling.groups(), neutral)};
  const auto fold = [&](double& into, const std::vector<uint32_t>& limits) {
    for (const uint32_t r : limits) into = of_limit(into, r);
  };
  for (uint32_t j = 0; j < problem.item_count; ++j) fold(all.items[j], coupling.of_item(j));
  for (uint32_t g = 0; g < coupling.groups(); ++g) fold(all.groups[g], coupling.of_group(g));
  return all;
}

// Pairs of floors that (nearly) bind, by item and group: scaling leaves them alone where it can.
Factors protection(const Problem& problem, const Coupling& coupling, const UseTotals& totals) {
  return factors(problem, coupling, 0, [&](double before, uint32_t r) {
    const Limit& limit = problem.limits[r];
    const bool binds = limit.at_least > 0 && coupling.use(totals, r) <= limit.at_least * (1 + kBinds);
    return binds ? 1.0 : before;
  });
}

bool is_protected(const Factors& all, const Problem& problem, uint64_t pair, uint32_t group) {
  return all.items[problem.items[pair]] > 0 || (group != kNone && all.groups[group] > 0);
}

// Takes the excess of limits from their pairs, those of floors that bind only where the others do not
// suffice. `totals` is their use, before and after.
void scale_down(const Problem& problem, const Coupling& coupling, UseTotals& totals,
                std::vector<float>& amounts) {
  bool any = false;
  for (size_t r = 0; r < problem.limits.size(); ++r)
    any |= coupling.use(totals, r) > problem.limits[r].at_most;
  if (!any) return;
  const Factors floors = protection(problem, coupling, totals);
  const bool any_floor = std::ranges::any_of(floors.items, [](double f) { return f > 0; }) ||
                         std::ranges::any_of(floors.groups, [](double f) { return f > 0; });
  UseTotals held = coupling.zero();
  if (any_floor) {
    std::vector<float> kept = amounts;
    for (uint64_t i = 0; i < problem.people(); ++i) {
      const uint32_t group = group_of(problem, coupling, i);
      for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p)
        if (!is_protected(floors, problem, p, group)) kept[p] = 0;
    }
    held = use_of(problem, coupling, kept);
  }
  const auto factor_of = [&](uint32_t r, bool of_held) {
    const double most = problem.limits[r].at_most * (1 - kRounding), used = coupling.use(totals, r);
    if (!(used > most)) return 1.0;
    const double of_floors = coupling.use(held, r);
    if (of_held) return of_floors > most ? most / of_floors : 1.0;
    return of_floors >= most ? 0.0 : (most - of_floors) / (used - of_floors);
  };
  const Factors free = factors(
      problem, coupling, 1, [&](double before, uint32_t r) { return std::min(before, factor_of(r, false)); });
  const Factors bound = factors(
      problem, coupling, 1, [&](double before, uint32_t r) { return std::min(before, factor_of(r, true)); });
  totals = coupling.zero();
  for (uint64_t i = 0; i < problem.people(); ++i) {
    const uint32_t group = group_of(problem, coupling, i);
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      if (amounts[p] == 0) continue;
      const Factors& use = any_floor && is_protected(floors, problem, p, group) ? bound : free;
      double keep = use.items[problem.items[p]];
      if (group != kNone) keep = std::min(keep, use.groups[group]);
      if (keep < 1) amounts[p] = static_cast<float>(amounts[p] * keep * (1 - kRounding));
      const double x = amounts[p];
      const Use use_now{.times = x, .minutes = x * problem.costs[p], .times_slope = 0, .minutes_slope = 0};
      totals.items[problem.items[p]] += use_now;
      if (group != kNone) totals.groups[group] += use_now;
    }
  }
}

// Other pairs of a person give way until the budgets hold; false where the pairs of floors alone are too
// much.
bool give_way(const Problem& problem, uint64_t person, const std::vector<bool>& lifted,
              std::span<float> own) {
  const uint64_t begin = problem.begins[person];
  double keep = 1;
  const auto hold = [&](const std::vector<float>& budgets, const auto& weight) {
    if (budgets.empty()) return true;
    double floors = 0, others = 0;
    for (size_t k = 0; k < own.size(); ++k) (lifted[k] ? floors : others) += own[k] * weight(begin + k);
    if (floors + others <= budgets[person]) return true;
    if (floors > budgets[person] || others <= 0) return false;
    keep = std::min(keep, (budgets[person] - floors) / others);
    return true;
  };
  const bool fits =
      hold(problem.minutes, [&](uint64_t p) { return static_cast<double>(problem.costs[p]); }) &&
      hold(problem.slots, [](uint64_t) { return 1.0; }) && hold(problem.notifications, [&](uint64_t p) {
        return problem.notifies.empty() ? 0.0 : static_cast<double>(problem.notifies[p]);
      });
  if (!fits) return false;
  for (size_t k = 0; k < own.size(); ++k) {
    if (!lifted[k] && keep < 1) own[k] = static_cast<float>(own[k] * keep * (1 - kRounding));
  }
  return true;
}

// How much of the room of its pairs each floor that lacks something needs; 0 where none lacks anything.
std::vector<double> lifts(const Problem& problem, const Coupling& coupling,
                          const std::vector<float>& amounts) {
  if (std::ranges::none_of(problem.limits, [](const Limit& limit) { return limit.at_least > 0; })) return {};
  std::vector<double> lift(problem.limits.size(), 0);
  const UseTotals totals = use_of(problem, coupling, amounts);
  std::vector<float> rest;
  for (size_t r = 0; r < lift.size(); ++r) {
    const double lacks = problem.limits[r].at_least - coupling.use(totals, r);
    if (problem.limits[r].at_least <= 0 || lacks <= 1e-9 * problem.limits[r].at_least) continue;
    if (rest.empty()) {
      rest = amounts;
      for (float& x : rest) x = 1 - x;
    }
    lift[r] = lacks;
  }
  if (rest.empty()) return {};
  const UseTotals room = use_of(problem, coupling, rest);
  for (size_t r = 0; r < lift.size(); ++r) {
    if (lift[r] > 0) lift[r] = std::min(1.0, 1.0001 * lift[r] / std::max(coupling.use(room, r), 1e-12));
  }
  return lift;
}

bool lift_floors(const Problem& problem, const Coupling& coupling, std::vector<float>& amounts) {
  const std::vector<double> lift = lifts(problem, coupling, amounts);
  if (lift.empty()) return false;
  const Factors by =
      factors(problem, coupling, 0, [&](double before, uint32_t r) { return std::max(before, lift[r]); });
  std::vector<bool> lifted;
  std::vector<float> before;
  for (uint64_t i = 0; i < problem.people(); ++i) {
    const uint64_t begin = problem.begins[i], end = problem.begins[i + 1];
    const uint32_t group = group_of(problem, coupling, i);
    const std::span<float> own(amounts.data() + begin, end - begin);
    lifted.assign(own.size(), false);
    before.assign(own.begin(), own.end());
    bool any = false;
    for (size_t k = 0; k < own.size(); ++k) {
      const double share =
          std::max(by.items[problem.items[begin + k]], group == kNone ? 0 : by.groups[group]);
      if (share <= 0) continue;
      own[k] += static_cast<float>(share * (1 - own[k]));
      lifted[k] = any = true;
    }
    if (any && !give_way(problem, i, lifted, own)) std::ranges::copy(before, own.begin());
  }
  return true;
}

}  // namespace

void order_repetitions(const Problem& problem, std::vector<float>& amounts) {
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1];) {
      uint64_t end = p + 1;
      while (end < problem.begins[i + 1] && problem.items[end] == problem.items[p] &&
             problem.costs[end] == problem.costs[p])
        ++end;
      if (end > p + 1)
        std::sort(amounts.begin() + static_cast<int64_t>(p), amounts.begin() + static_cast<int64_t>(end),
                  std::greater<>());
      p = end;
    }
  }
}

void hold_limits(const Problem& problem, const Coupling& coupling, UseTotals& use,
                 std::vector<float>& amounts) {
  for (int round = 0; round < kRounds; ++round) {
    const bool lifted = lift_floors(problem, coupling, amounts);
    if (lifted) use = use_of(problem, coupling, amounts);
    scale_down(problem, coupling, use, amounts);
    if (!lifted) break;
  }
  if (coupling.any_repetition()) order_repetitions(problem, amounts);
}

void fill_up(const Problem& problem, const Coupling& coupling, const Charges& charges, const UseTotals& use,
             const FillOptions& options, std::vector<float>& amounts) {
  Room room(problem, coupling, use);
  std::vector<std::pair<float, uint64_t>> order;
  for (uint64_t i = 0; i < problem.people(); ++i) {
    room.enter(i, amounts);
    if (!room.any()) continue;
    const uint32_t group = group_of(problem, coupling, i);
    order.clear();
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      if (amounts[p] >= (options.whole ? kLeastAmount : 1) || problem.values[p] <= 0) continue;
      const float net = net_of(problem, charges, p, group);
      if (!options.any_value && net < -1e-3F * problem.values[p]) continue;
      order.emplace_back(-net / std::max(problem.costs[p], 1e-6F), p);
    }
    std::ranges::sort(order);
    for (const auto& [density, p] : order) {
      const double most = std::min(room.fits(p), 1.0 - amounts[p]);
      if (options.whole ? !room.fits_whole(p) : most <= kLeastAmount) continue;
      const double more = options.whole ? 1.0 : most * (1 - kRounding);
      amounts[p] = std::min(1.0F, static_cast<float>(amounts[p] + more));
      room.spend(p, more);
    }
  }
}

}  // namespace heed::economy
