#include "metrics/calibration.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Classes = std::vector<int32_t>;
using Floats = std::vector<float>;

TEST(Calibration, a_worked_expected_calibration_error) {
  // Two bins. (0, 0.5]: confidences 0.25, 0.5, one right: gap |0.5 - 0.375|. (0.5, 1]: 0.75, 1, both right:
  // gap 0.125.
  const TopPredictions predictions = {{0.25, 0.5, 0.75, 1.0}, {0, 1, 1, 1}};
  const auto table = reliability_table(predictions, 2);
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].count, 2);
  EXPECT_DOUBLE_EQ(table[0].confidence, 0.375);
  EXPECT_DOUBLE_EQ(table[0].accuracy, 0.5);
  EXPECT_DOUBLE_EQ(table[1].upper, 1);
  EXPECT_DOUBLE_EQ(expected_calibration_error(table), 0.125);
  EXPECT_DOUBLE_EQ(maximum_calibration_error(table), 0.125);
}

TEST(Calibration, bins_are_closed_above_and_zero_goes_into_the_first) {
  const auto table = reliability_table({{0.0, 0.5, 1.0}, {0, 0, 0}}, 2);
  EXPECT_EQ(table[0].count, 2);
  EXPECT_EQ(table[1].count, 1);
}

TEST(Calibration, equal_mass_bins_hold_the_same_number_of_examples) {
  const auto table = reliability_table({{0.9, 0.91, 0.92, 0.93}, {0, 0, 1, 1}}, 2, Binning::equal_mass);
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].count, 2);
  EXPECT_DOUBLE_EQ(table[0].lower, 0.9);
  EXPECT_DOUBLE_EQ(table[0].upper, 0.91);
  EXPECT_NEAR(expected_calibration_error(table), (0.905 + 0.075) / 2, 1e-12);
  EXPECT_EQ(reliability_table({{0.9}, {1}}, 15, Binning::equal_mass).size(), 1u);
}

TEST(Calibration, a_calibrated_model_has_a_small_error_and_a_boaster_a_large_one) {
  Random random(11);
  TopPredictions honest, boaster;
  for (int i = 0; i < 20000; ++i) {
    const double confidence = 0.3 + 0.7 * random.uniform();
    const uint8_t correct = random.uniform() < confidence;
    honest.confidence.push_back(confidence);
    honest.correct.push_back(correct);
    boaster.confidence.push_back(1);
    boaster.correct.push_back(correct);
  }
  EXPECT_LT(expected_calibration_error(reliability_table(honest)), 0.015);
  EXPECT_NEAR(expected_calibration_error(reliability_table(boaster)), 0.35, 0.02);
}

TEST(Calibration, error_from_probabilities_takes_the_top_class) {
  const Floats probabilities = {0.75f, 0.25f, 0.25f, 0.75f};
  EXPECT_DOUBLE_EQ(expected_calibration_error(probabilities, Classes{0, 1}, 2), 0.25);
  EXPECT_DOUBLE_EQ(expected_calibration_error(probabilities, Classes{1, 0}, 2), 0.75);
}

TEST(Calibration, worked_brier_score_and_log_loss) {
  const Floats probabilities = {0.75f, 0.25f, 0.5f, 0.5f};
  const Classes labels = {0, 1};
  EXPECT_DOUBLE_EQ(brier_score(probabilities, labels, 2), (2 * 0.0625 + 2 * 0.25) / 2);
  EXPECT_DOUBLE_EQ(log_loss(probabilities, labels, 2), (-std::log(0.75) - std::log(0.5)) / 2);
  const std::vector<uint8_t> targets = {1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(binary_brier_score(probabilities, targets), (2 * 0.0625 + 2 * 0.25) / 4);
  EXPECT_DOUBLE_EQ(binary_log_loss(probabilities, targets), (-2 * std::log(0.75) - 2 * std::log(0.5)) / 4);
}

TEST(Calibration, perfect_and_impossible_predictions_stay_finite) {
  EXPECT_EQ(brier_score(Floats{1, 0}, Classes{0}, 2), 0);
  EXPECT_EQ(brier_score(Floats{1, 0}, Classes{1}, 2), 2);
  EXPECT_EQ(log_loss(Floats{1, 0}, Classes{0}, 2), 0);
  EXPECT_DOUBLE_EQ(log_loss(Floats{1, 0}, Classes{1}, 2), -std::log(1e-15));
}

TEST(Calibration, no_examples_give_0) {
  EXPECT_EQ(expected_calibration_error(Floats{}, Classes{}, 3), 0);
  EXPECT_EQ(brier_score(Floats{}, Classes{}, 3), 0);
  EXPECT_EQ(log_loss(Floats{}, Classes{}, 3), 0);
  EXPECT_EQ(binary_log_loss(Floats{}, {}), 0);
}

TEST(Calibration, softmax_rows_sum_to_one_at_huge_logits_and_any_temperature) {
  for (double temperature : {0.05, 1.0, 20.0}) {
    const Floats p = softmax_rows(Floats{1000, 999, -1000, 3, 3, 3}, 3, temperature);
    EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-6);
    EXPECT_NEAR(p[3], 1.0 / 3, 1e-6);
  }
  EXPECT_NEAR(softmax_rows(Floats{2, 0}, 2, 2)[0], 1 / (1 + std::exp(-1)), 1e-7);
  EXPECT_NEAR(sigmoid_cells(Floats{2}, 2)[0], 1 / (1 + std::exp(-1)), 1e-7);
  EXPECT_EQ(sigmoid_cells(Floats{-1e30f})[0], 0);
}

TEST(Calibration, refuses_what_is_no_probability_and_shapes_that_differ) {
  EXPECT_REFUSED(brier_score(Floats{1.5f, 0}, Classes{0}, 2), "value 0: expected a probability, found 1.5");
  EXPECT_REFUSED(log_loss(Floats{NAN, 0}, Classes{0}, 2), "expected a probability, found nan");
  EXPECT_REFUSED(brier_score(Floats{1, 0}, Classes{0, 1}, 2), "found 1 and 2");
  EXPECT_REFUSED(reliability_table({{0.5}, {1}}, 0), "bins: expected at least 1");
  EXPECT_REFUSED(softmax_rows(Floats{1, INFINITY}, 2), "value 1: expected a finite number");
  EXPECT_REFUSED(softmax_rows(Floats{1, 2}, 2, 0), "temperature");
  EXPECT_REFUSED(binary_log_loss(Floats{0.5f}, std::vector<uint8_t>{3}), "expected 0 or 1, found 3");
}

}  // namespace
}  // namespace heed::metrics
