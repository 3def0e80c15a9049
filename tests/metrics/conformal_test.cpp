#include "metrics/conformal.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Classes = std::vector<int32_t>;
using Floats = std::vector<float>;

// Rows of three probabilities and labels; the model is overconfident, which conformal sets must survive.
struct Rows {
  Floats probabilities;
  Classes labels;
};
Rows draw(int count, uint64_t seed) {
  Random random(seed);
  Rows rows;
  for (int i = 0; i < count; ++i) {
    const auto label = static_cast<int32_t>(random.below(10) < 6 ? 0 : 1 + random.below(2));
    float weights[3];
    double sum = 0;
    for (int c = 0; c < 3; ++c)
      sum += weights[c] = static_cast<float>(std::exp(2.5 * (random.normal() + (c == label))));
    for (float weight : weights) rows.probabilities.push_back(static_cast<float>(weight / sum));
    rows.labels.push_back(label);
  }
  return rows;
}

template <class MakeSet>
std::vector<double> coverage_by_class(const Rows& rows, MakeSet make_set) {
  std::vector<double> covered(3), seen(3);
  for (size_t i = 0; i < rows.labels.size(); ++i) {
    const auto set = make_set(std::span<const float>(rows.probabilities).subspan(3 * i, 3));
    const auto label = static_cast<size_t>(rows.labels[i]);
    ++seen[label];
    covered[label] += std::find(set.begin(), set.end(), rows.labels[i]) != set.end();
  }
  return {covered[0] / seen[0], covered[1] / seen[1], covered[2] / seen[2],
          (covered[0] + covered[1] + covered[2]) / static_cast<double>(rows.labels.size())};
}

TEST(Conformal, the_quantile_is_the_ceil_of_n_plus_1_times_1_minus_alpha) {
  const std::vector<double> nine = {9, 8, 7, 6, 5, 4, 3, 2, 1};
  EXPECT_EQ(conformal_quantile(nine, 0.1), 9);
  EXPECT_EQ(conformal_quantile(nine, 0.5), 5);
  EXPECT_EQ(conformal_quantile(nine, 0.2), 8);
  EXPECT_TRUE(std::isinf(conformal_quantile(nine, 0.05)));
  EXPECT_TRUE(std::isinf(conformal_quantile({}, 0.5)));
}

TEST(Conformal, lac_sets_take_what_is_likely_enough) {
  EXPECT_THAT(lac_set(Floats{0.5f, 0.375f, 0.125f}, 0.625), ElementsAre(0, 1));
  EXPECT_THAT(lac_set(Floats{0.5f, 0.375f, 0.125f}, 0.25), IsEmpty());
  EXPECT_THAT(lac_set(Floats{0.5f, 0.375f, 0.125f}, INFINITY), ElementsAre(0, 1, 2));
}

TEST(Conformal, aps_sets_go_from_the_most_likely_down_and_are_never_empty) {
  EXPECT_THAT(aps_set(Floats{0.125f, 0.5f, 0.375f}, 0.875), ElementsAre(1, 2));
  EXPECT_THAT(aps_set(Floats{0.125f, 0.5f, 0.375f}, 0.1), ElementsAre(1));
  EXPECT_THAT(aps_set(Floats{0.125f, 0.5f, 0.375f}, 1.0), ElementsAre(1, 2, 0));
}

TEST(Conformal, a_worked_lac_and_aps_threshold) {
  // Scores 1 - p(truth): 0.25, 0.5, 0.875; alpha 0.5 takes the second. APS: 0.75, 1, 1.
  const Floats probabilities = {0.75f, 0.25f, 0.5f, 0.5f, 0.875f, 0.125f};
  const Classes labels = {0, 1, 1};
  EXPECT_DOUBLE_EQ(lac_threshold(probabilities, labels, 2, 0.5), 0.5);
  EXPECT_DOUBLE_EQ(aps_threshold(probabilities, labels, 2, 0.5), 1);
  EXPECT_DOUBLE_EQ(aps_threshold(probabilities, labels, 2, 0.75), 0.75);
}

TEST(Conformal, sets_cover_new_rows_as_often_as_promised) {
  const Rows calibration = draw(2000, 1), later = draw(20000, 2);
  const double lac = lac_threshold(calibration.probabilities, calibration.labels, 3, 0.1);
  const double lac_coverage = coverage_by_class(later, [&](auto row) { return lac_set(row, lac); })[3];
  EXPECT_NEAR(lac_coverage, 0.9, 0.02);
  const double aps = aps_threshold(calibration.probabilities, calibration.labels, 3, 0.1);
  EXPECT_GE(coverage_by_class(later, [&](auto row) { return aps_set(row, aps); })[3], 0.88);
}

TEST(Conformal, class_conditional_sets_cover_every_class) {
  const Rows calibration = draw(6000, 3), later = draw(20000, 4);
  const auto thresholds = class_conditional_thresholds(calibration.probabilities, calibration.labels, 3, 0.1);
  const auto coverage =
      coverage_by_class(later, [&](auto row) { return class_conditional_set(row, thresholds); });
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(coverage[static_cast<size_t>(c)], 0.9, 0.03);
}

TEST(Conformal, a_class_without_rows_is_in_every_set) {
  const auto thresholds = class_conditional_thresholds(Floats{0.9f, 0.1f}, Classes{0}, 2, 0.5);
  EXPECT_DOUBLE_EQ(thresholds[0], 1 - static_cast<double>(0.9f));
  EXPECT_THAT(class_conditional_set(Floats{1, 0}, thresholds), ElementsAre(0, 1));
}

// Confidence c uniform in [0, 1), right with probability c: the true share of mistakes at threshold t is (1 -
// t) / 2.
void draw_answers(int count, Random& random, std::vector<double>& confidence, std::vector<uint8_t>& correct) {
  confidence.clear();
  correct.clear();
  for (int i = 0; i < count; ++i) {
    confidence.push_back(random.uniform());
    correct.push_back(random.uniform() < confidence.back());
  }
}

TEST(SelectiveThreshold, keeps_its_promise_in_nine_runs_of_ten) {
  Random random(41);
  std::vector<double> confidence;
  std::vector<uint8_t> correct;
  int broken = 0, found = 0;
  const int runs = 200;
  for (int run = 0; run < runs; ++run) {
    draw_answers(1000, random, confidence, correct);
    const auto chosen = selective_threshold(confidence, correct, {.alpha = 0.2, .delta = 0.1});
    if (!chosen) continue;
    ++found;
    broken += (1 - chosen->threshold) / 2 > 0.2;
  }
  EXPECT_GE(found, 0.95 * runs);
  EXPECT_LE(broken, 0.1 * runs);
}

TEST(SelectiveThreshold, a_fixed_order_keeps_the_promise_too_and_answers_more) {
  Random random(47);
  std::vector<double> confidence;
  std::vector<uint8_t> correct;
  int broken = 0, more = 0;
  const int runs = 200;
  for (int run = 0; run < runs; ++run) {
    draw_answers(300, random, confidence, correct);
    const auto holm = selective_threshold(confidence, correct, {.alpha = 0.2, .delta = 0.1});
    const auto in_order =
        selective_threshold(confidence, correct, {.alpha = 0.2, .delta = 0.1, .first_answered = 20});
    if (!in_order) continue;
    EXPECT_GE(in_order->answered, 20);
    more += !holm || holm->threshold > in_order->threshold;
    broken += (1 - in_order->threshold) / 2 > 0.2;
  }
  EXPECT_GE(more, 0.5 * runs);
  EXPECT_LE(broken, 0.1 * runs);
}

// The usual tables of acceptance sampling: 95 % good with confidence 90 %.
TEST(SelectiveThreshold, fewest_answers_are_those_of_acceptance_sampling) {
  EXPECT_EQ(fewest_answers(0.05, 0.1, 0), 45);
  EXPECT_EQ(fewest_answers(0.05, 0.1, 1), 77);
  EXPECT_EQ(fewest_answers(0.05, 0.1, 2), 105);
  EXPECT_EQ(fewest_answers(0.1, 0.05, 0), 29);
  EXPECT_THROW(fewest_answers(0, 0.1, 0), Error);
}

TEST(SelectiveThreshold, comes_close_to_the_true_threshold_with_many_rows) {
  Random random(43);
  std::vector<double> confidence;
  std::vector<uint8_t> correct;
  draw_answers(20000, random, confidence, correct);
  const auto chosen = selective_threshold(confidence, correct, {.alpha = 0.2, .delta = 0.1});
  ASSERT_TRUE(chosen.has_value());
  EXPECT_GE(chosen->threshold, 0.6);
  EXPECT_LE(chosen->threshold, 0.66);
  EXPECT_LE(chosen->upper, 0.2);
}

TEST(SelectiveThreshold, answers_everything_when_everything_is_right_and_nothing_when_nothing_is) {
  const std::vector<double> confidence(500, 0.7);
  const auto all = selective_threshold(confidence, std::vector<uint8_t>(500, 1));
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->threshold, 0);
  EXPECT_EQ(all->answered, 500);
  EXPECT_EQ(all->wrong, 0);
  EXPECT_FALSE(selective_threshold(confidence, std::vector<uint8_t>(500, 0)).has_value());
}

TEST(SelectiveThreshold, promises_nothing_on_too_few_rows) {
  EXPECT_FALSE(selective_threshold({}, {}).has_value());
  EXPECT_FALSE(selective_threshold(std::vector<double>(10, 0.9), std::vector<uint8_t>(10, 1)).has_value());
}

TEST(Conformal, refuses_what_cannot_be) {
  EXPECT_REFUSED(lac_threshold(Floats{1, 0}, Classes{0}, 2, 0), "alpha");
  EXPECT_REFUSED(aps_threshold(Floats{1, 0, 1}, Classes{0}, 2, 0.1), "expected rows of 2 values");
  EXPECT_REFUSED(class_conditional_set(Floats{1, 0}, std::vector<double>{0.1}), "found 2 and 1");
  EXPECT_REFUSED(selective_threshold(std::vector<double>{1.5}, std::vector<uint8_t>{1}),
                 "expected a probability");
  EXPECT_REFUSED(selective_threshold({}, {}, {.delta = 1}), "delta");
}

}  // namespace
}  // namespace heed::metrics
