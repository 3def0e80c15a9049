#include "economy/allocator.h"

#include <cmath>

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "economy/conflict.h"
#include "economy/exact.h"
#include "economy/problems.h"
#include "economy/rounding.h"

using namespace heed;
using namespace heed::economy;
using testing::HasSubstr;

namespace {

// Two people with 10 minutes each, two items of 5 minutes; item 0 is worth more and may be given once.
Problem by_hand() {
  Problem problem;
  problem.item_count = 2;
  for (int i = 0; i < 2; ++i) {
    for (const uint32_t j : {0U, 1U}) {
      problem.items.push_back(j);
      problem.costs.push_back(5);
    }
    problem.begins.push_back(problem.pairs());
    problem.minutes.push_back(5);
  }
  problem.values = {3, 1, 2, 1};
  problem.limits = {{.of = LimitOf::item, .index = 0, .at_most = 1}};
  return problem;
}

void expect_as_good(const Problem& problem, const std::string& what) {
  SCOPED_TRACE(what);
  const Allocation exact = solve_exactly(problem);
  Allocator allocator(problem);
  const Allocation dual = allocator.solve();
  EXPECT_GE(dual.value, exact.value * (1 - 1e-3));
  EXPECT_LE(dual.value, exact.value * (1 + 1e-6));
  EXPECT_GE(dual.bound, exact.value * (1 - 1e-6));  // it is a bound
  EXPECT_LE(dual.infeasibility, 1e-6);
  EXPECT_LE(dual.slackness, 2e-3);
  const Allocation whole = allocator.whole(dual);
  for (const float x : whole.amounts) EXPECT_TRUE(x == 0 || x == 1);
}

}  // namespace

TEST(Allocator, a_scarce_item_goes_to_who_values_it_most_and_its_price_says_so) {
  Allocator allocator(by_hand());
  const Allocation found = allocator.solve();
  EXPECT_NEAR(found.value, 4, 4e-3);
  EXPECT_NEAR(found.amounts[0], 1, 1e-2);
  EXPECT_NEAR(found.amounts[3], 1, 1e-2);
  EXPECT_NEAR(found.limit_use[0], 1, 1e-3);
  // Person 1 would pay 2 - 1 more for it, person 0 up to 3 - 1.
  EXPECT_GE(found.limit_prices[0], 1 - 1e-2);
  EXPECT_LE(found.limit_prices[0], 2 + 1e-2);
  EXPECT_LE(found.gap(), 1e-3);
}

TEST(Allocator, exact_by_hand) {
  const Allocation found = solve_exactly(by_hand());
  EXPECT_NEAR(found.value, 4, 1e-6);
  EXPECT_EQ(found.bound, found.value);
  EXPECT_NEAR(found.people_prices[1].minutes, 0.2, 1e-6);  // 1 for 5 minutes
  EXPECT_LE(found.slackness, 1e-9);
}

TEST(Allocator, is_within_a_thousandth_of_clp_on_problems_of_every_kind) {
  for (int k = 0; k < 12; ++k) {
    for (const uint64_t people : {7U, 60U}) {
      test::Shape shape = test::kind(k);
      shape.people = people;
      shape.items = people < 10 ? 5 : 15;
      expect_as_good(test::make_problem(shape, 100 + static_cast<uint64_t>(k)),
                     "kind " + std::to_string(k) + ", " + std::to_string(people) + " people");
    }
  }
}

TEST(Allocator, whole_choices_hold_every_limit) {
  test::Shape shape = test::kind(0);
  shape.people = 300;
  const Problem problem = test::make_problem(shape, 5);
  Allocator allocator(problem);
  const Allocation parts = allocator.solve(), whole = allocator.whole(parts);
  EXPECT_LE(whole.infeasibility, 1e-6);
  EXPECT_GE(whole.value, 0.9 * parts.value);
  EXPECT_LE(whole.value, parts.bound);
}

// Every set of pairs tried out.
TEST(Allocator, whole_choices_of_tiny_problems_are_the_best_there_are) {
  for (int k = 0; k < 12; ++k) {
    test::Shape shape = test::kind(k);
    shape.people = 4;
    shape.items = shape.pairs = 4;
    shape.repeats = shape.floors = false;
    Allocator allocator(test::make_problem(shape, 60 + static_cast<uint64_t>(k)));
    const Problem& problem = allocator.problem();
    ASSERT_EQ(problem.pairs(), 16U);
    double best = 0;
    for (uint32_t set = 0; set < 1U << 16U; ++set) {
      Allocation one;
      for (uint32_t p = 0; p < 16; ++p) one.amounts.push_back((set >> p & 1U) != 0 ? 1.0F : 0.0F);
      measure(problem, allocator.coupling(), one);
      if (one.infeasibility <= 1e-6) best = std::max(best, one.value);
    }
    const Allocation whole = allocator.whole(allocator.solve());
    EXPECT_LE(whole.infeasibility, 1e-6);
    EXPECT_NEAR(whole.value, best, 1e-5 * best) << "kind " << k;
  }
}

TEST(Allocator, a_search_makes_whole_choices_better_and_breaks_nothing) {
  double before = 0, after = 0;
  for (int k = 0; k < 12; ++k) {
    test::Shape shape = test::kind(k);
    shape.people = 80;
    Allocator allocator(test::make_problem(shape, 90 + static_cast<uint64_t>(k)));
    const Allocation parts = allocator.solve();
    Allocation rounded = parts;
    round_to_whole(allocator.problem(), allocator.coupling(),
                   allocator.coupling().charges(parts.limit_prices), rounded.amounts);
    measure(allocator.problem(), allocator.coupling(), rounded);
    const Allocation whole = allocator.whole(parts);
    EXPECT_GE(whole.value, rounded.value * (1 - 1e-9));
    EXPECT_LE(whole.infeasibility, std::max(rounded.infeasibility, 1e-6));
    before += rounded.value / parts.bound / 12;
    after += whole.value / parts.bound / 12;
  }
  EXPECT_GE(after, before + 0.003);
}

TEST(Allocator, gives_the_same_on_any_number_of_threads) {
  test::Shape shape = test::kind(0);
  shape.people = 5000;
  const Problem problem = test::make_problem(shape, 9);
  Allocator one(problem), three(problem, {.parallel = on_threads(3)});
  const Allocation a = one.solve(), b = three.solve();
  EXPECT_EQ(a.amounts, b.amounts);
  EXPECT_EQ(a.limit_prices, b.limit_prices);
}

TEST(Allocator, solves_again_after_a_change_from_where_it_stood) {
  test::Shape shape = test::kind(0);
  shape.people = 2000;
  Problem problem = test::make_problem(shape, 4);
  Allocator allocator(problem);
  const Allocation before = allocator.solve();
  const double half = problem.limits[3].at_most / 2;
  allocator.set_limit(3, 0, half);
  const Allocation after = allocator.solve();
  problem.limits[3].at_most = half;
  EXPECT_LE(after.limit_use[3], half * (1 + 1e-6));
  EXPECT_LE(after.gap(), 1e-3);
  EXPECT_GE(after.value, solve_exactly(problem).value * (1 - 1e-3));
  EXPECT_LT(after.passes, before.passes);
}

// What a change leaves standing is not asked again: its bound and amounts have to hold all the same.
TEST(Allocator, after_every_change_the_bound_is_one_and_the_answer_is_as_good_as_a_new_one) {
  for (int k = 0; k < 12; ++k) {
    SCOPED_TRACE("kind " + std::to_string(k));
    test::Shape shape = test::kind(k);
    shape.people = 120;
    Allocator allocator(test::make_problem(shape, 30 + static_cast<uint64_t>(k)));
    allocator.solve();
    Random random(static_cast<uint64_t>(k) + 1);
    for (int change = 0; change < 8; ++change) {
      SCOPED_TRACE("change " + std::to_string(change));
      const size_t limit = random.below(allocator.problem().limits.size());
      const Limit& old = allocator.problem().limits[limit];
      if (std::isfinite(old.at_most))
        allocator.set_limit(limit, old.at_least,
                            std::max(old.at_least, old.at_most * (0.5 + random.uniform())));
      allocator.set_minutes(random.below(shape.people), static_cast<float>(5 + 40 * random.uniform()));
      const Allocation again = allocator.solve(), exact = solve_exactly(allocator.problem());
      EXPECT_GE(again.bound, exact.value * (1 - 1e-6));
      EXPECT_GE(again.value, exact.value * (1 - 1e-3));
      EXPECT_LE(again.value, exact.value * (1 + 1e-6));
      EXPECT_LE(again.infeasibility, 1e-6);
      EXPECT_LE(again.slackness, 3e-3);
    }
  }
}

TEST(Allocator, people_s_prices_follow_a_change) {
  test::Shape shape = test::kind(0);
  shape.people = 2000;
  Allocator allocator(test::make_problem(shape, 4));
  allocator.solve();
  allocator.set_limit(3, 0, allocator.problem().limits[3].at_most / 2);
  const Allocation again = allocator.solve();
  Allocator fresh(allocator.problem());
  const Allocation anew = fresh.solve();
  double apart = 0;
  for (size_t i = 0; i < again.people_prices.size(); ++i)
    apart += std::abs(again.people_prices[i].minutes - anew.people_prices[i].minutes);
  EXPECT_LE(apart / 2000, 0.02);  // of prices of about 0.3
}

TEST(Allocator, a_person_with_no_pairs_and_a_problem_without_limits_are_answered) {
  Problem problem = by_hand();
  problem.begins.push_back(problem.begins.back());
  problem.minutes.push_back(3);
  problem.limits.clear();
  Allocator allocator(problem);
  EXPECT_NEAR(allocator.solve().value, 5, 5e-3);
}

TEST(Allocator, a_floor_takes_value_and_has_a_price_below_zero) {
  Problem problem = by_hand();
  problem.limits = {{.of = LimitOf::item, .index = 1, .at_least = 1}};
  Allocator allocator(problem);
  const Allocation found = allocator.solve();
  EXPECT_NEAR(found.value, 4, 4e-3);  // 3 and the 1 that the floor wants
  EXPECT_GE(found.limit_use[0], 1 - 1e-6);
  EXPECT_LT(found.limit_prices[0], -0.9);
}

TEST(Allocator, floors_that_cannot_be_met_are_named_with_what_stands_against_them) {
  Problem problem = by_hand();
  problem.limits = {{.of = LimitOf::item, .index = 0, .at_least = 2, .name = "item 新闻"},
                    {.of = LimitOf::item, .index = 1, .at_least = 1, .name = "item course"}};
  const auto refuse = [&](const auto& solve) {
    try {
      solve();
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr("item 新闻 (at least 2 times)"));
      EXPECT_THAT(error.what(), HasSubstr("item course (at least 1 times)"));
      EXPECT_THAT(error.what(), HasSubstr("the minutes of 2 people"));
      EXPECT_THAT(error.what(), HasSubstr("1 is lacking"));
    }
  };
  refuse([&] { solve_exactly(problem); });
  refuse([&] { Allocator(problem, {.max_passes = 200}).solve(); });
}

TEST(Allocator, a_floor_above_all_of_its_pairs_is_refused_at_once) {
  Problem problem = by_hand();
  problem.limits = {{.of = LimitOf::item, .index = 0, .at_least = 3}};
  try {
    Allocator(problem).solve();
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("all of its pairs together make 2"));
  }
}

TEST(Allocator, a_quota_and_a_floor_that_conflict_are_both_named) {
  Problem problem = by_hand();
  problem.sources = {0, 0};
  problem.limits = {
      {.of = LimitOf::item, .index = 0, .at_least = 1, .name = "item a"},
      {.of = LimitOf::source, .index = 0, .unit = LimitUnit::minutes, .at_most = 3, .name = "source s"}};
  const Conflict conflict = find_conflict(problem);
  EXPECT_EQ(conflict.floors, std::vector<uint32_t>{0});
  EXPECT_EQ(conflict.limits, std::vector<uint32_t>{1});
  EXPECT_NEAR(conflict.shortage, 0.4, 1e-6);  // 3 of 5 minutes
  problem.limits[1].at_most = 5;
  EXPECT_EQ(find_conflict(problem).shortage, 0);
}
