#include "economy/problem.h"

#include <cmath>

#include <gmock/gmock.h>

#include "base/error.h"
#include "economy/allocator.h"
#include "economy/exact.h"
#include "economy/problems.h"

using namespace heed;
using namespace heed::economy;
using testing::HasSubstr;

namespace {

Problem small() { return test::make_problem({.people = 3, .items = 4, .pairs = 3}, 1); }

std::string refusal(const Problem& problem) {
  try {
    check(problem);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST(Problem, an_empty_set_is_refused) { EXPECT_THAT(refusal({}), HasSubstr("nothing can be chosen")); }

TEST(Problem, a_negative_cost_is_named_with_its_person_and_item) {
  Problem problem = small();
  problem.costs[4] = -2;
  EXPECT_THAT(refusal(problem), HasSubstr("person 1, item "));
  EXPECT_THAT(refusal(problem), HasSubstr("expected a cost of 0 or more minutes, found -2"));
}

TEST(Problem, values_and_costs_that_are_not_finite_are_refused) {
  for (const float broken : {INFINITY, -INFINITY, NAN}) {
    Problem problem = small();
    problem.values[0] = broken;
    EXPECT_THAT(refusal(problem), HasSubstr("expected a finite value"));
    problem = small();
    problem.costs[0] = broken;
    EXPECT_THAT(refusal(problem), HasSubstr("expected a cost"));
  }
}

TEST(Problem, a_value_that_rises_with_repetition_is_refused) {
  Problem problem = small();
  problem.items[1] = problem.items[0];
  problem.values[0] = 1;
  problem.values[1] = 2;
  EXPECT_THAT(refusal(problem), HasSubstr("do not rise with repetition, found 2 after 1"));
}

TEST(Problem, a_floor_above_its_own_limit_a_negative_budget_and_a_wrong_size_are_refused) {
  Problem problem = small();
  problem.limits[0].at_least = problem.limits[0].at_most + 1;
  EXPECT_THAT(refusal(problem), HasSubstr("above its own limit"));
  problem = small();
  problem.minutes[2] = -1;
  EXPECT_THAT(refusal(problem), HasSubstr("person 2: expected a budget of 0 or more"));
  problem = small();
  problem.costs.pop_back();
  EXPECT_THAT(refusal(problem), HasSubstr("costs: expected 9 entries, found 8"));
  problem = small();
  problem.items[0] = 4;
  EXPECT_THAT(refusal(problem), HasSubstr("expected an item below 4"));
}
