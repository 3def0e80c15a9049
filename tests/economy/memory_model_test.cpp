#include "economy/memory_model.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/memory_fit.h"
#include "economy/schedule.h"

using namespace heed;
using namespace heed::economy;

namespace {

Rating rating(int number) { return static_cast<Rating>(number); }

}  // namespace

// py-fsrs' own figures, version 2026-03.
TEST(MemoryModel, gives_the_reference_s_memory_after_reviews_at_given_gaps) {
  const MemoryModel model;
  const int ratings[] = {1, 3, 3, 3, 3, 3};
  const double gaps[] = {0, 0, 1, 3, 8, 21};
  MemoryState state = model.first(rating(ratings[0]));
  for (int k = 1; k < 6; ++k) state = model.next(state, rating(ratings[k]), gaps[k]);
  EXPECT_NEAR(state.stability, 53.62691, 1e-4);
  EXPECT_NEAR(state.difficulty, 6.3574867, 1e-4);
}

TEST(MemoryModel, gives_the_reference_s_intervals) {
  const MemoryModel model;
  const int ratings[] = {3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3};
  const int64_t days[] = {0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21};
  ScheduledItem item;
  int64_t now = 1'700'000'000'000'000;
  for (int k = 0; k < 13; ++k) {
    review(model, {}, rating(ratings[k]), now, item);
    EXPECT_EQ((item.due_us - now) / kDayUs, days[k]) << k;
    now = item.due_us;
  }
}

TEST(MemoryModel, recall_is_nine_in_ten_after_as_many_days_as_stability) {
  const MemoryModel model;
  EXPECT_NEAR(model.recall(12.5, 12.5), 0.9, 1e-12);
  EXPECT_EQ(model.recall(0, 3), 1);
  for (const double retention : {0.7, 0.9, 0.97})
    EXPECT_NEAR(model.recall(model.interval(8, retention), 8), retention, 1e-12);
  EXPECT_THROW(model.interval(8, 1), Error);
}

TEST(MemoryModel, a_lapse_shortens_and_recall_lengthens_easy_most) {
  const MemoryModel model;
  const MemoryState at = model.first(Rating::good);
  const double after_hard = model.next(at, Rating::hard, 3).stability,
               after_good = model.next(at, Rating::good, 3).stability;
  EXPECT_LT(model.next(at, Rating::again, 3).stability, at.stability);
  EXPECT_LT(at.stability, after_hard);
  EXPECT_LT(after_hard, after_good);
  EXPECT_LT(after_good, model.next(at, Rating::easy, 3).stability);
}

TEST(MemoryModel, parameters_outside_their_bounds_are_refused) {
  MemoryParameters w = default_memory_parameters();
  w[20] = 0;
  EXPECT_THROW(MemoryModel{w}, Error);
  w[20] = NAN;
  EXPECT_THROW(MemoryModel{w}, Error);
}

// Every parameter's derivative of the loss of histories that pass through every rule, by central difference.
TEST(MemoryModel, derivatives_are_those_of_the_loss) {
  Random random(5);
  const MemoryParameters least = least_memory_parameters(), most = most_memory_parameters();
  for (int k = 0; k < 60; ++k) {
    SCOPED_TRACE(k);
    std::vector<Review> history;
    int64_t now = 0;
    for (int n = 0; n < 8; ++n) {
      history.push_back({.card = 0, .rating = rating(1 + static_cast<int>(random.below(4))), .time_us = now});
      now += random.below(3) == 0 ? 600'000'000 : static_cast<int64_t>(1 + random.below(30)) * kDayUs;
    }
    MemoryParameters w = default_memory_parameters();
    for (int p = 0; p < kMemoryParameters; ++p) {
      w[p] *= 0.8 + 0.4 * random.uniform();
      w[p] = std::min(std::max(w[p], least[p] + 1e-3), most[p] - 1e-3);
    }
    MemoryParameters by{}, unused{};
    history_loss(MemoryModel(w), history, {}, by);
    for (int p = 0; p < kMemoryParameters; ++p) {
      const double step = 1e-6 * std::max(1.0, w[p]);
      MemoryParameters up = w, down = w;
      up[p] += step;
      down[p] -= step;
      const double slope = (history_loss(MemoryModel(up), history, {}, unused) -
                            history_loss(MemoryModel(down), history, {}, unused)) /
                           (2 * step);
      EXPECT_NEAR(by[p], slope, 1e-4 * std::max(1.0, std::abs(slope))) << "parameter " << p;
    }
  }
}
