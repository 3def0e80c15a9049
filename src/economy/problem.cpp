#include "economy/problem.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "allocation: " + message);
}

void check_sizes(const Problem& problem) {
  const auto same = [](const char* name, size_t size, size_t wanted, bool may_be_empty) {
    if (size == wanted || (may_be_empty && size == 0)) return;
    fail(fmt::format("{}: expected {} entries, found {}", name, wanted, size));
  };
  if (problem.begins.empty() || problem.begins.front() != 0 || problem.begins.back() != problem.pairs())
    fail(fmt::format("begins: expected people + 1 entries from 0 to {}", problem.pairs()));
  if (problem.pairs() == 0) fail("expected pairs of people and items, found none: nothing can be chosen");
  same("costs", problem.costs.size(), problem.pairs(), false);
  same("values", problem.values.size(), problem.pairs(), false);
  same("notifies", problem.notifies.size(), problem.pairs(), true);
  for (const auto* budget : {&problem.minutes, &problem.slots, &problem.notifications})
    same("budgets", budget->size(), problem.people(), true);
  same("groups", problem.groups.size(), problem.people(), true);
  same("sources", problem.sources.size(), problem.item_count, true);
}

void check_people(const Problem& problem) {
  for (uint64_t i = 0; i < problem.people(); ++i) {
    if (problem.begins[i] > problem.begins[i + 1]) fail(fmt::format("begins fall at person {}", i));
    for (const auto* budget : {&problem.minutes, &problem.slots, &problem.notifications}) {
      if (!budget->empty() && !((*budget)[i] >= 0))
        fail(fmt::format("person {}: expected a budget of 0 or more, found {}", i, (*budget)[i]));
    }
  }
}

void check_pair(const Problem& problem, uint64_t person, uint64_t pair) {
  const auto fail_here = [&](const std::string& what) {
    fail(fmt::format("person {}, item {} (pair {}): {}", person, problem.items[pair], pair, what));
  };
  if (problem.items[pair] >= problem.item_count)
    fail_here(fmt::format("expected an item below {}", problem.item_count));
  const float cost = problem.costs[pair], value = problem.values[pair];
  if (!(cost >= 0) || !std::isfinite(cost))
    fail_here(fmt::format("expected a cost of 0 or more minutes, found {}", cost));
  if (!std::isfinite(value)) fail_here(fmt::format("expected a finite value, found {}", value));
  const bool repeats = pair > problem.begins[person] && problem.items[pair - 1] == problem.items[pair];
  if (repeats && value > problem.values[pair - 1])
    fail_here(fmt::format("expected values that do not rise with repetition, found {} after {}", value,
                          problem.values[pair - 1]));
}

void check_limits(const Problem& problem) {
  for (size_t r = 0; r < problem.limits.size(); ++r) {
    const Limit& limit = problem.limits[r];
    if (limit.of == LimitOf::item && limit.index >= problem.item_count)
      fail(fmt::format("limit {}: expected an item below {}, found {}", r, problem.item_count, limit.index));
    if (!(limit.at_least >= 0) || !std::isfinite(limit.at_least) || !(limit.at_most >= 0))
      fail(fmt::format("limit {}: expected 0 <= at_least <= at_most, found {} and {}", r, limit.at_least,
                       limit.at_most));
    if (limit.at_least > limit.at_most)
      fail(fmt::format("limit {}: its floor {} is above its own limit {}: lower the one or raise the other",
                       r, limit.at_least, limit.at_most));
  }
}

}  // namespace

void check(const Problem& problem) {
  check_sizes(problem);
  check_people(problem);
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) check_pair(problem, i, p);
  }
  check_limits(problem);
}

std::string name_of(const Limit& limit) {
  return limit.name.empty() ? fmt::format("{} {}", to_string(limit.of), limit.index) : limit.name;
}

std::string to_string(LimitOf of) {
  return of == LimitOf::item ? "item" : of == LimitOf::source ? "source" : "group";
}

std::string to_string(LimitUnit unit) { return unit == LimitUnit::times ? "times" : "minutes"; }

}  // namespace heed::economy
