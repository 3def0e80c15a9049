#include "economy/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "economy/review_log.h"
#include "economy/survival.h"

using namespace heed;
using namespace heed::economy;

TEST(Schedule, hard_waits_between_steps_and_easy_skips_them) {
  const MemoryModel model;
  ScheduledItem hard, easy;
  review(model, {}, Rating::hard, 0, hard);
  EXPECT_EQ(hard.due_us, 330'000'000);  // between 1 and 10 minutes
  review(model, {}, Rating::easy, 0, easy);
  EXPECT_EQ(easy.stage, ScheduledItem::Stage::review);
  EXPECT_EQ(easy.due_us, 8 * kDayUs);  // its first stability, 8.3 days
}

TEST(Schedule, a_higher_retention_comes_sooner) {
  const MemoryModel model;
  ScheduledItem strict, lax;
  review(model, {.retention = 0.97}, Rating::easy, 0, strict);
  review(model, {.retention = 0.8}, Rating::easy, 0, lax);
  EXPECT_LT(strict.due_us, lax.due_us);
}

TEST(Schedule, reviews_spread_over_days_where_memory_allows_it) {
  const MemoryModel model;
  const MemoryState memory{.stability = 30, .difficulty = 5};
  DayLoad load;
  for (int k = 0; k < 100; ++k) {
    const int64_t day = place_on_light_day(model, memory, 0.9, 0.02, 0, 30, 1, load);
    EXPECT_LE(std::abs(model.recall(static_cast<double>(day), 30) - 0.9), 0.02);
  }
  ASSERT_GT(load.size(), 5U);
  int64_t most = 0, least = 100;
  for (const auto& [day, count] : load) {
    most = std::max(most, count);
    least = std::min(least, count);
  }
  EXPECT_LE(most - least, 1);
}

TEST(Schedule, an_item_that_is_overdue_comes_today) {
  DayLoad load;
  EXPECT_EQ(place_on_light_day(MemoryModel(), {.stability = 2, .difficulty = 5}, 0.9, 0.01, 0, 2, 50, load),
            50);
}

// Times 1, 2+, 3, 3, 4+ (+: still there): S = 4/5, then 4/5 x 1/3.
TEST(Survival, curve_by_hand) {
  const std::vector<Lifetime> lives = {{1, true}, {2, false}, {3, true}, {3, true}, {4, false}};
  const auto curve = survival_curve(lives);
  ASSERT_EQ(curve.size(), 2U);
  EXPECT_NEAR(curve[0].survival, 0.8, 1e-12);
  EXPECT_NEAR(curve[1].survival, 0.8 / 3, 1e-12);
  EXPECT_EQ(curve[1].at_risk, 3);
  EXPECT_EQ(median_lifetime(curve), 3);
  // Greenwood: 1/(5 x 4) = 0.05; log-minus-log width 1.96 sqrt(0.05) / -ln 0.8 = 1.964.
  EXPECT_NEAR(curve[0].low, std::pow(0.8, std::exp(1.964)), 1e-3);
  EXPECT_NEAR(curve[0].high, std::pow(0.8, std::exp(-1.964)), 1e-3);
}

TEST(Survival, nobody_lost_and_bad_input) {
  const std::vector<Lifetime> all_there = {{1, false}, {2, false}};
  EXPECT_TRUE(survival_curve(all_there).empty());
  EXPECT_TRUE(std::isinf(median_lifetime({})));
  EXPECT_THROW(survival_curve({}), Error);
  const std::vector<Lifetime> broken = {{-1, true}};
  EXPECT_THROW(survival_curve(broken), Error);
}
