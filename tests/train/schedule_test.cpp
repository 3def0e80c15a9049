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

}  // namespace
}  // namespace heed::train
