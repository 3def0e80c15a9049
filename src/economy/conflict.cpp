#include "economy/conflict.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/exact.h"

namespace heed::economy {
namespace {

constexpr uint64_t kMostPairs = 300'000;
constexpr double kZero = 1e-7;

std::string list(const Problem& problem, const std::vector<uint32_t>& limits, bool floors) {
  std::string text;
  for (size_t k = 0; k < limits.size() && k < 5; ++k) {
    const Limit& limit = problem.limits[limits[k]];
    text += (k > 0 ? ", " : "") + name_of(limit) +
            (floors ? fmt::format(" (at least {:g} {})", limit.at_least, to_string(limit.unit))
                    : fmt::format(" (at most {:g} {})", limit.at_most, to_string(limit.unit)));
  }
  return text + (limits.size() > 5 ? fmt::format(" and {} more", limits.size() - 5) : "");
}

}  // namespace

Conflict find_conflict(const Problem& problem) {
  LinearProgram program = linear_program_of(problem);
  std::ranges::fill(program.objective, 0.0);
  for (uint32_t r = 0; r < problem.limits.size(); ++r) {
    if (problem.limits[r].at_least <= 0) continue;
    program.add_column(-1, problem.limits[r].at_least);  // what it lacks
    program.add_entry(static_cast<int32_t>(r), 1);
  }
  const LinearSolution solution = solve_linear(program);
  Conflict conflict{.shortage = std::max(0.0, -solution.objective)};
  if (conflict.shortage <= kZero) return conflict;
  for (uint32_t r = 0; r < problem.limits.size(); ++r) {
    if (solution.prices[r] < -kZero) conflict.floors.push_back(r);
    if (solution.prices[r] > kZero) conflict.limits.push_back(r);
  }
  size_t row = problem.limits.size();
  const auto note = [&](const std::vector<float>& budgets, uint64_t i, uint64_t& count) {
    if (!budgets.empty() && std::isfinite(budgets[i])) count += solution.prices[row++] > kZero ? 1 : 0;
  };
  for (uint64_t i = 0; i < problem.people(); ++i) {
    note(problem.minutes, i, conflict.minutes);
    note(problem.slots, i, conflict.slots);
    note(problem.notifications, i, conflict.notifications);
  }
  return conflict;
}

std::string describe(const Problem& problem, const Conflict& conflict) {
  std::string against = list(problem, conflict.limits, false);
  const auto add = [&](uint64_t people, const char* budget) {
    if (people > 0)
      against += fmt::format("{}the {} of {} people", against.empty() ? "" : ", ", budget, people);
  };
  add(conflict.minutes, "minutes");
  add(conflict.slots, "slots");
  add(conflict.notifications, "notifications");
  return fmt::format(
      "these floors cannot be met together: {}; against them stand: {}; {:.6g} is lacking; lower a "
      "floor or raise what stands against it",
      list(problem, conflict.floors, true), against.empty() ? "the number of their pairs" : against,
      conflict.shortage);
}

void throw_conflict(const Problem& problem, const Allocation& nearest) {
  Conflict conflict;
  if (problem.pairs() <= kMostPairs) {
    conflict = find_conflict(problem);
  } else {
    for (uint32_t r = 0; r < problem.limits.size(); ++r) {
      const double lacks = problem.limits[r].at_least - nearest.limit_use.at(r);
      if (lacks <= 1e-6 * std::max(1.0, problem.limits[r].at_least)) continue;
      conflict.floors.push_back(r);
      conflict.shortage += lacks;
    }
  }
  if (conflict.shortage <= kZero)
    throw Error(
        ErrorCode::internal,
        fmt::format(
            "allocation: no amounts that hold every limit were found (worst: {:g} of a limit), though "
            "there are some; solve exactly instead (--solver exact)",
            nearest.infeasibility));
  throw Error(ErrorCode::invalid_argument, "allocation: " + describe(problem, conflict));
}

}  // namespace heed::economy
