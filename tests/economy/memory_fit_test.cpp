#include "economy/memory_fit.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::economy;

namespace {

// Reviews of a person whose memory follows `model`, at gaps of about its own intervals.
ReviewLog simulate(const MemoryModel& model, int cards, int reviews, uint64_t seed) {
  Random random(seed);
  ReviewLog log;
  for (int c = 0; c < cards; ++c) {
    int64_t now =
        static_cast<int64_t>(random.below(200)) * kDayUs + static_cast<int64_t>(random.below(60'000'000));
    MemoryState state;
    for (int k = 0; k < reviews; ++k) {
      Rating rating = random.uniform() < 0.5 ? Rating::good : Rating::again;
      if (k > 0) {
        const double days = 1 + std::floor(2 * random.uniform() * state.stability);
        now += static_cast<int64_t>(days) * kDayUs + 1;
        rating = random.uniform() < model.recall(days, state.stability) ? Rating::good : Rating::again;
        state = model.next(state, rating, days);
      } else {
        state = model.first(rating);
      }
      log.add("卡片" + std::to_string(c), std::to_string(static_cast<int>(rating)),
              day_text(now) + "T00:00:" + (k < 10 ? "0" : "") + std::to_string(k) + "." +
                  std::to_string(100000 + c) + "Z",
              "log");
    }
  }
  log.sort();
  return log;
}

MemoryModel quick_forgetter() {
  MemoryParameters w = default_memory_parameters();
  w[2] = 0.7;  // first stability of "good"
  w[0] = 0.1;
  w[8] = 1.0;    // growth of stability
  w[20] = 0.35;  // a steeper curve
  return MemoryModel(w);
}

}  // namespace

TEST(MemoryFit, finds_a_person_who_forgets_faster_than_most) {
  const MemoryModel truth = quick_forgetter();
  const ReviewLog log = simulate(truth, 500, 8, 1);
  const size_t split = log.reviews().size() * 8 / 10, end = log.reviews().size();
  const MemoryModel fitted = fit_memory(log, split);
  const auto loss = [&](const MemoryModel& model, size_t from, size_t to) {
    return recall_figures(model, log, from, to).log_loss;
  };
  // On what it saw as good as the truth, on what it did not nearly so.
  EXPECT_LT(loss(fitted, 0, split), loss(MemoryModel(), 0, split) - 0.02);
  EXPECT_LT(loss(fitted, 0, split), loss(truth, 0, split) + 0.005);
  EXPECT_LT(loss(fitted, split, end), loss(truth, split, end) + 0.02);
  EXPECT_LT(loss(fitted, split, end), average_log_loss(log, split, end));
}

// A person whose memory got worse half-way is described as they are now where the newest weigh more.
TEST(MemoryFit, the_newest_reviews_weigh_more) {
  Random random(5);
  ReviewLog log;
  for (int c = 0; c < 600; ++c) {
    const int64_t start = c * kDayUs;
    const double recall = c < 400 ? 0.98 : 0.6;
    for (int k = 0; k < 3; ++k) {
      const bool recalled = k == 0 || random.uniform() < recall;
      log.add("card" + std::to_string(c), recalled ? "3" : "1",
              day_text(start + 3 * k * kDayUs) + "T00:00:00." + std::to_string(100000 + c) + "Z", "log");
    }
  }
  log.sort();
  const size_t end = log.reviews().size(), late = end * 8 / 10;
  const RecallFigures weighed = recall_figures(fit_memory(log, end, {.oldest = 0.25}), log, late, end);
  const RecallFigures even = recall_figures(fit_memory(log, end, {.oldest = 1}), log, late, end);
  EXPECT_LT(weighed.log_loss, even.log_loss - 0.01);
}

TEST(MemoryFit, gives_the_same_parameters_twice) {
  const ReviewLog log = simulate(quick_forgetter(), 60, 5, 2);
  EXPECT_EQ(fit_memory(log, log.reviews().size()).parameters(),
            fit_memory(log, log.reviews().size()).parameters());
}

TEST(MemoryFit, a_log_without_a_second_day_teaches_nothing) {
  ReviewLog log;
  log.add("a", "3", "2024-01-01T10:00:00Z", "log:2");
  log.add("a", "3", "2024-01-01T11:00:00Z", "log:3");
  log.sort();
  EXPECT_THROW(fit_memory(log, 2), Error);
  EXPECT_EQ(recall_figures(MemoryModel(), log, 0, 2).reviews, 0);
}

TEST(ReviewLog, reads_times_with_offsets_in_any_order) {
  EXPECT_EQ(parse_time("1970-01-02", "x"), kDayUs);
  EXPECT_EQ(parse_time("1970-01-01T08:00:00.25+08:00", "x"), 250'000);
  EXPECT_EQ(day_text(parse_time("2024-02-29T23:59:59Z", "x")), "2024-02-29");
  for (const char* broken :
       {"", "2024", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00", "2024-01-01T10:00:00+8"})
    EXPECT_THROW(parse_time(broken, "x"), Error) << broken;
  ReviewLog log;
  log.add("b", "3", "2024-01-02", "x");
  log.add("a", "1", "2024-01-01", "x");
  log.sort();
  EXPECT_EQ(log.cards()[log.reviews()[0].card], "a");
  EXPECT_THROW(log.add("a", "5", "2024-01-03", "x"), Error);
  log.add("a", "2", "2024-01-01", "x");
  EXPECT_THROW(log.sort(), Error);  // twice at one time
  EXPECT_THROW(ReviewLog().sort(), Error);
}

TEST(ReviewLog, a_clock_that_went_back_counts_as_the_same_day) {
  EXPECT_EQ(days_between(5 * kDayUs, kDayUs), 0);
  EXPECT_EQ(days_between(0, 2 * kDayUs - 1), 1);
}
