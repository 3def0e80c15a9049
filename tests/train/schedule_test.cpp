#include "train/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed::train {
namespace {

TEST(LearningRate, climbs_linearly_over_the_warm_up) {
  const Schedule s{.name = "inverse_sqrt", .highest = 0.01, .warmup_steps = 100};
  EXPECT_DOUBLE_EQ(learning_rate(s, 1), 0.0001);
  EXPECT_DOUBLE_EQ(learning_rate(s, 50), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate(s, 100), 0.01);
}

TEST(LearningRate, then_falls_as_its_name_says) {
  Schedule s{.name = "inverse_sqrt", .highest = 0.01, .warmup_steps = 100, .total_steps = 1100};
  EXPECT_DOUBLE_EQ(learning_rate(s, 400), 0.005);
  s.name = "constant";
  EXPECT_DOUBLE_EQ(learning_rate(s, 900), 0.01);
  s.name = "linear";
  EXPECT_DOUBLE_EQ(learning_rate(s, 600), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate(s, 2000), 0.0);
  s.name = "cosine";
  EXPECT_NEAR(learning_rate(s, 600), 0.005, 1e-12);
  EXPECT_NEAR(learning_rate(s, 350), 0.005 * (1 + std::sqrt(0.5)), 1e-12);
  EXPECT_NEAR(learning_rate(s, 1100), 0.0, 1e-12);
}

TEST(LearningRate, without_warm_up_begins_at_the_highest) {
  EXPECT_DOUBLE_EQ(learning_rate({.name = "inverse_sqrt", .highest = 0.01, .warmup_steps = 0}, 1), 0.01);
}

TEST(LearningRate, one_cycle_rises_over_its_share_and_falls_to_nearly_nothing) {
  const Schedule s{
      .name = "one_cycle", .highest = 0.01, .warmup_steps = 5, .warmup_share = 0.25, .total_steps = 1004};
  EXPECT_NEAR(learning_rate(s, 1), 0.0004, 1e-12);
  EXPECT_NEAR(learning_rate(s, 126), 0.0052, 1e-12);  // half way: (0.0004 + 0.01) / 2
  EXPECT_NEAR(learning_rate(s, 251), 0.01, 1e-12);
  EXPECT_NEAR(learning_rate(s, 439), 1e-6 + (0.01 - 1e-6) * 0.5 * (1 + std::cos(std::acos(-1.0) * 188 / 753)),
              1e-12);
  EXPECT_NEAR(learning_rate(s, 1004), 1e-6, 1e-12);
  EXPECT_NEAR(learning_rate(s, 2000), 1e-6, 1e-12);
}

TEST(LearningRate, one_cycle_of_few_steps_is_never_above_the_highest_or_below_nothing) {
  for (const double share : {0.0, 0.3, 0.99}) {
    for (int64_t total = 0; total <= 6; ++total) {
      const Schedule s{.name = "one_cycle", .highest = 1.0, .warmup_share = share, .total_steps = total};
      for (int64_t step = 1; step <= 7; ++step) {
        EXPECT_GT(learning_rate(s, step), 0.0) << share << " " << total << " " << step;
        EXPECT_LE(learning_rate(s, step), 1.0 + 1e-12) << share << " " << total << " " << step;
      }
    }
  }
}

TEST(LearningRate, plateau_stays_at_the_highest_after_its_warm_up) {
  const Schedule s{.name = "plateau", .highest = 0.01, .warmup_steps = 100, .total_steps = 200};
  EXPECT_DOUBLE_EQ(learning_rate(s, 50), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate(s, 200), 0.01);
}

}  // namespace
}  // namespace heed::train
