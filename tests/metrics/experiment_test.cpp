#include "metrics/experiment.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::metrics;

TEST(MeanDifference, is_worked_by_hand) {
  const Difference found = mean_difference(std::vector<double>{3, 5, 7}, std::vector<double>{1, 2, 3});
  EXPECT_NEAR(found.value, 3, 1e-12);
  // Variances 4 and 1 of three each: sqrt(5 / 3) * 1.959964.
  EXPECT_NEAR(found.interval.upper - found.value, std::sqrt(5.0 / 3) * 1.9599640, 1e-6);
  EXPECT_NEAR(found.p_value, 0.0201, 1e-4);
  EXPECT_EQ(mean_difference(std::vector<double>{2, 2}, std::vector<double>{2, 2}).p_value, 1);
  EXPECT_THROW(mean_difference(std::vector<double>{2}, std::vector<double>{2, 2}), Error);
}

TEST(Cuped, takes_away_what_people_differed_in_before) {
  Random random(1);
  int covered = 0;
  double left = 0;
  for (int run = 0; run < 200; ++run) {
    std::vector<double> y[2], x[2];
    for (int i = 0; i < 400; ++i) {
      const double before = 10 + 3 * random.normal();
      x[i % 2].push_back(before);
      y[i % 2].push_back(2 * before + random.normal() + (i % 2 == 0 ? 0.5 : 0));
    }
    const auto found = cuped_difference(y[0], x[0], y[1], x[1]);
    EXPECT_NEAR(found.theta, 2, 0.1);
    covered += found.interval.lower <= 0.5 && 0.5 <= found.interval.upper;
    left += found.variance_left / 200;
  }
  EXPECT_GE(covered, 181);
  EXPECT_NEAR(left, 1.0 / 37, 0.01);  // 1 of 1 + 4 * 9
}

TEST(Cuped, without_anything_to_learn_is_the_plain_difference) {
  const std::vector<double> y = {1, 2, 3}, z = {2, 3, 5}, same = {4, 4, 4};
  const auto found = cuped_difference(y, same, z, same);
  EXPECT_EQ(found.theta, 0);
  EXPECT_NEAR(found.value, mean_difference(y, z).value, 1e-12);
  EXPECT_EQ(found.variance_left, 1);
}

// Looked at after every person, 5 % of true nulls may ever be rejected; a fixed test would reject many more.
TEST(SequentialTest, may_be_looked_at_all_the_time) {
  int rejected = 0, naive = 0;
  for (uint64_t run = 0; run < 300; ++run) {
    Random random(run);
    SequentialTest test;
    std::vector<double> a, b;
    bool looked = false;
    for (int i = 0; i < 1500; ++i) {
      a.push_back(random.normal());
      b.push_back(random.normal());
      test.add_treated(a.back());
      test.add_control(b.back());
      if (i >= 30 && i % 25 == 0) looked |= mean_difference(a, b).p_value < 0.05;
    }
    rejected += test.is_decided();
    naive += looked;
  }
  EXPECT_LE(rejected, 25);  // 15 expected at most; more than 25 with probability 0.007
  EXPECT_GT(naive, 60);
}

TEST(SequentialTest, decides_where_there_is_a_difference_and_its_interval_holds_it) {
  Random random(9);
  SequentialTest test;
  EXPECT_TRUE(std::isinf(test.difference().interval.upper));
  int people = 0;
  for (; !test.is_decided() && people < 5000; ++people) {
    test.add_treated(0.3 + random.normal());
    test.add_control(random.normal());
  }
  EXPECT_LT(people, 1500);
  const Difference found = test.difference();
  EXPECT_GT(found.interval.lower, -0.02);
  EXPECT_LT(found.interval.lower, 0.3);
  EXPECT_GT(found.interval.upper, 0.3);
}

TEST(SequentialTest, never_takes_back_and_refuses_what_is_not_finite) {
  SequentialTest test({.least = 2});
  double last = 1;
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    test.add_treated(random.normal() + (i < 100 ? 1 : -1));
    test.add_control(random.normal());
    EXPECT_LE(test.p_value(), last);
    last = test.p_value();
  }
  EXPECT_THROW(test.add_control(INFINITY), Error);
  EXPECT_THROW(SequentialTest({.confidence = 1}), Error);
}
