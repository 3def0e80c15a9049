#include "metrics/intervals.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Values = std::vector<double>;

TEST(Intervals, mean_of_three_seeds_uses_students_t) {
  // Mean 2, deviation 1, t(0.975, 2) = 4.302653 from any table.
  const MeanInterval result = mean_interval(Values{1, 2, 3});
  EXPECT_DOUBLE_EQ(result.mean, 2);
  EXPECT_DOUBLE_EQ(result.deviation, 1);
  EXPECT_NEAR(result.interval.lower, 2 - 4.302653 / std::sqrt(3.0), 1e-6);
  EXPECT_NEAR(result.interval.upper, 2 + 4.302653 / std::sqrt(3.0), 1e-6);
}

TEST(Intervals, equal_values_have_a_mean_without_spread) {
  const MeanInterval result = mean_interval(Values{5, 5, 5});
  EXPECT_EQ(result.interval.lower, 5);
  EXPECT_EQ(result.interval.upper, 5);
}

TEST(Intervals, wilson_as_in_the_textbook) {
  // 0 of 10: [0, z^2 / (n + z^2)], z = 1.959964; 5 of 10: 0.5 -/+ 0.2634.
  EXPECT_NEAR(wilson_interval(0, 10).upper, 3.841459 / 13.841459, 1e-6);
  EXPECT_DOUBLE_EQ(wilson_interval(0, 10).lower, 0);
  EXPECT_NEAR(wilson_interval(5, 10).lower, 0.2366, 1e-4);
  EXPECT_NEAR(wilson_interval(5, 10).upper, 0.7634, 1e-4);
}

TEST(Intervals, clopper_pearson_as_in_the_textbook) {
  // No failure in n: upper = 1 - (delta)^(1/n). 5 of 10: [0.1871, 0.8129].
  EXPECT_NEAR(clopper_pearson_upper(0, 10, 0.05), 1 - std::pow(0.05, 0.1), 1e-12);
  EXPECT_NEAR(clopper_pearson_interval(0, 10).upper, 1 - std::pow(0.025, 0.1), 1e-12);
  EXPECT_NEAR(clopper_pearson_interval(5, 10).lower, 0.1871, 1e-4);
  EXPECT_NEAR(clopper_pearson_interval(5, 10).upper, 0.8129, 1e-4);
  EXPECT_EQ(clopper_pearson_interval(10, 10).upper, 1);
  EXPECT_EQ(clopper_pearson_interval(0, 10).lower, 0);
}

TEST(Intervals, no_trials_say_nothing) {
  EXPECT_EQ(wilson_interval(0, 0).lower, 0);
  EXPECT_EQ(wilson_interval(0, 0).upper, 1);
  EXPECT_EQ(clopper_pearson_interval(0, 0).lower, 0);
  EXPECT_EQ(clopper_pearson_interval(0, 0).upper, 1);
}

TEST(Intervals, clopper_pearson_covers_at_least_as_often_as_it_says) {
  Random random(17);
  int covered = 0;
  const int runs = 2000;
  for (int run = 0; run < runs; ++run) {
    int64_t successes = 0;
    for (int i = 0; i < 30; ++i) successes += random.uniform() < 0.2;
    const Interval interval = clopper_pearson_interval(successes, 30);
    covered += interval.lower <= 0.2 && 0.2 <= interval.upper;
  }
  EXPECT_GE(covered, 0.945 * runs);
}

TEST(Intervals, percentiles_interpolate_between_sorted_values) {
  EXPECT_DOUBLE_EQ(percentile(Values{3, 1, 2}, 0.5), 2);
  EXPECT_DOUBLE_EQ(percentile(Values{0, 10}, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(percentile(Values{4}, 0.9), 4);
  EXPECT_DOUBLE_EQ(percentile(Values{1, 2}, 1), 2);
}

TEST(Intervals, bootstrap_of_a_mean_agrees_with_students_on_many_rows) {
  Random random(23);
  Values values;
  for (int i = 0; i < 400; ++i) values.push_back(random.normal());
  const Interval bootstrap = bootstrap_mean_interval(values, {.resamples = 2000});
  const Interval student = mean_interval(values).interval;
  EXPECT_NEAR(bootstrap.lower, student.lower, 0.02);
  EXPECT_NEAR(bootstrap.upper, student.upper, 0.02);
}

TEST(Intervals, bootstrap_is_the_same_for_the_same_seed) {
  const Values values = {1, 2, 4, 8, 16};
  EXPECT_EQ(bootstrap_mean_interval(values, {.seed = 4}).lower,
            bootstrap_mean_interval(values, {.seed = 4}).lower);
  const auto sum = [](std::span<const size_t> rows) {
    double total = 0;
    for (size_t row : rows) total += static_cast<double>(row);
    return total;
  };
  EXPECT_NE(bootstrap_figures(50, sum, {.resamples = 20, .seed = 4}),
            bootstrap_figures(50, sum, {.resamples = 20, .seed = 5}));
}

TEST(Intervals, refuse_what_cannot_be_estimated) {
  EXPECT_REFUSED(mean_interval(Values{1}), "values: expected at least 2, found 1");
  EXPECT_REFUSED(mean_interval(Values{1, 2}, 1.0), "confidence");
  EXPECT_REFUSED(wilson_interval(3, 2), "trials: expected at least 3, found 2");
  EXPECT_REFUSED(clopper_pearson_interval(-1, 2), "successes: expected at least 0");
  EXPECT_REFUSED(bootstrap_mean_interval(Values{}), "rows: expected at least 1");
  EXPECT_REFUSED(percentile(Values{}, 0.5), "values: expected at least 1");
}

}  // namespace
}  // namespace heed::metrics
