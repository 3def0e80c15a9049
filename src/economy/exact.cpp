#include "economy/exact.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/conflict.h"

namespace heed::economy {
namespace {

// Calls body(budget, its row) for each budget that person i has, row numbers rising from `row`.
template <class Body>
int32_t each_budget(const Problem& problem, uint64_t i, int32_t row, const Body& body) {
  const auto visit = [&](const std::vector<float>& budgets, int kind) {
    if (!budgets.empty() && std::isfinite(budgets[i])) body(kind, row++);
  };
  visit(problem.minutes, 0);
  visit(problem.slots, 1);
  visit(problem.notifications, 2);
  return row;
}

}  // namespace

LinearProgram linear_program_of(const Problem& problem) {
  const Coupling coupling(problem);
  LinearProgram program;
  for (const Limit& limit : problem.limits) {
    program.low.push_back(limit.at_least > 0 ? limit.at_least : -kUnlimited);
    program.high.push_back(limit.at_most);
  }
  auto row = static_cast<int32_t>(problem.limits.size());
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      const double cost = problem.costs[p];
      program.add_column(problem.values[p], 1);
      const auto of_limit = [&](uint32_t r) {
        program.add_entry(static_cast<int32_t>(r), problem.limits[r].unit == LimitUnit::times ? 1 : cost);
      };
      for (const uint32_t r : coupling.of_item(problem.items[p])) of_limit(r);
      if (coupling.groups() > 0 && !problem.groups.empty() && problem.groups[i] != kNone) {
        for (const uint32_t r : coupling.of_group(problem.groups[i])) of_limit(r);
      }
      each_budget(problem, i, row, [&](int kind, int32_t at) {
        const double weight = kind == 0                  ? cost
                              : kind == 1                ? 1
                              : problem.notifies.empty() ? 0
                                                         : problem.notifies[p];
        if (weight != 0) program.add_entry(at, weight);
      });
    }
    row = each_budget(problem, i, row, [&](int kind, int32_t) {
      program.low.push_back(-kUnlimited);
      program.high.push_back(kind == 0   ? problem.minutes[i]
                             : kind == 1 ? problem.slots[i]
                                         : problem.notifications[i]);
    });
  }
  return program;
}

Allocation solve_exactly(const Problem& problem, const ExactOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  check(problem);
  LinearProgram program = linear_program_of(problem);
  program.seconds = options.seconds;
  const LinearSolution solution = solve_linear(program);
  if (solution.status == LinearStatus::out_of_time)
    throw Error(
        ErrorCode::deadline_exceeded,
        fmt::format("allocation: CLP did not solve {} pairs in {} s: solve by prices instead (--solver dual)",
                    problem.pairs(), options.seconds));
  if (solution.status != LinearStatus::optimal) throw_conflict(problem, {});
  Allocation allocation;
  allocation.amounts.assign(solution.x.begin(), solution.x.end());
  allocation.limit_prices.assign(solution.prices.begin(),
                                 solution.prices.begin() + static_cast<int64_t>(problem.limits.size()));
  auto row = static_cast<int32_t>(problem.limits.size());
  for (uint64_t i = 0; i < problem.people(); ++i) {
    Budgets& prices = allocation.people_prices.emplace_back();
    row = each_budget(problem, i, row, [&](int kind, int32_t at) {
      const auto price = static_cast<float>(std::max(0.0, solution.prices[static_cast<size_t>(at)]));
      (kind == 0 ? prices.minutes : kind == 1 ? prices.slots : prices.notifications) = price;
    });
  }
  measure(problem, Coupling(problem), allocation);
  allocation.bound = solution.objective;
  allocation.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return allocation;
}

}  // namespace heed::economy
