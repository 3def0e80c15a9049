#include "metrics/temperature.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/calibration.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Classes = std::vector<int32_t>;
using Floats = std::vector<float>;

// Labels drawn from softmax(logits / true_temperature).
struct Sample {
  Floats logits;
  Classes labels;
};
Sample sample(double true_temperature, int rows, uint64_t seed) {
  Random random(seed);
  Sample s;
  for (int i = 0; i < rows; ++i) {
    Floats row;
    for (int c = 0; c < 4; ++c) row.push_back(static_cast<float>(4 * random.normal()));
    const Floats p = softmax_rows(row, 4, true_temperature);
    double left = random.uniform();
    int32_t label = 0;
    while (label < 3 && (left -= p[static_cast<size_t>(label)]) > 0) ++label;
    s.labels.push_back(label);
    s.logits.insert(s.logits.end(), row.begin(), row.end());
  }
  return s;
}

TEST(Temperature, a_worked_case_of_two_classes) {
  // Logit gap 2, right three times in four: the best T has sigmoid(2 / T) = 3/4, T = 2 / ln 3.
  const Floats logits = {2, 0, 2, 0, 2, 0, 2, 0};
  EXPECT_NEAR(fit_temperature(logits, Classes{0, 0, 0, 1}, 2), 2 / std::log(3), 1e-5);
}

TEST(Temperature, finds_the_one_that_made_the_labels) {
  for (double truth : {0.5, 1.0, 3.0}) {
    const Sample s = sample(truth, 20000, 3);
    EXPECT_NEAR(fit_temperature(s.logits, s.labels, 4) / truth, 1, 0.05);
  }
}

TEST(Temperature, lowers_log_loss_and_calibration_error_of_an_overconfident_model) {
  const Sample s = sample(3, 5000, 5);
  const double temperature = fit_temperature(s.logits, s.labels, 4);
  const Floats before = softmax_rows(s.logits, 4), after = softmax_rows(s.logits, 4, temperature);
  EXPECT_LT(log_loss(after, s.labels, 4), log_loss(before, s.labels, 4));
  EXPECT_LT(expected_calibration_error(after, s.labels, 4),
            0.25 * expected_calibration_error(before, s.labels, 4));
}

TEST(Temperature, is_a_minimum_of_the_log_loss) {
  const Sample s = sample(2, 1000, 8);
  const double best = fit_temperature(s.logits, s.labels, 4);
  const auto loss = [&](double t) { return log_loss(softmax_rows(s.logits, 4, t), s.labels, 4); };
  EXPECT_LE(loss(best), loss(best * 1.05));
  EXPECT_LE(loss(best), loss(best / 1.05));
}

TEST(Temperature, stays_in_its_range_where_all_are_right_or_all_wrong) {
  EXPECT_DOUBLE_EQ(fit_temperature(Floats{1, 0, 0, 1}, Classes{0, 1}, 2), kMinTemperature);
  EXPECT_DOUBLE_EQ(fit_temperature(Floats{1, 0, 0, 1}, Classes{1, 0}, 2), kMaxTemperature);
  EXPECT_DOUBLE_EQ(fit_sigmoid_temperature(Floats{1, -1}, std::vector<uint8_t>{1, 0}), kMinTemperature);
  EXPECT_DOUBLE_EQ(fit_sigmoid_temperature(Floats{1, -1}, std::vector<uint8_t>{0, 1}), kMaxTemperature);
}

TEST(Temperature, is_1_where_there_is_nothing_to_learn_from) {
  EXPECT_EQ(fit_temperature({}, {}, 3), 1);
  EXPECT_EQ(fit_temperature(Floats{5, -2, 1}, Classes{0, 0, 0}, 1), 1);
  EXPECT_EQ(fit_temperature(Floats{5, 5, 1, 1}, Classes{0, 1}, 2), 1);
  EXPECT_EQ(fit_sigmoid_temperature({}, {}), 1);
  EXPECT_EQ(fit_sigmoid_temperature(Floats{0, 0}, std::vector<uint8_t>{0, 1}), 1);
}

TEST(Temperature, labels_of_one_class_only_still_give_a_finite_answer) {
  const Floats logits = {2, 0, 1, 0, -1, 0};
  const double temperature = fit_temperature(logits, Classes{0, 0, 0}, 2);
  EXPECT_GE(temperature, kMinTemperature);
  EXPECT_LE(temperature, kMaxTemperature);
}

TEST(Temperature, huge_logits_do_not_overflow) {
  const double temperature = fit_temperature(Floats{1e30f, 0, 1e30f, 0}, Classes{0, 1}, 2);
  EXPECT_DOUBLE_EQ(temperature, kMaxTemperature);
  EXPECT_DOUBLE_EQ(fit_sigmoid_temperature(Floats{1e30f, 1e30f}, std::vector<uint8_t>{0, 1}),
                   kMaxTemperature);
}

TEST(Temperature, the_sigmoid_case_agrees_with_its_worked_answer) {
  // Logit 2, on three times in four: T = 2 / ln 3 again.
  EXPECT_NEAR(fit_sigmoid_temperature(Floats{2, 2, 2, 2}, std::vector<uint8_t>{1, 1, 1, 0}), 2 / std::log(3),
              1e-5);
}

TEST(Temperature, refuses_bad_shapes_and_values) {
  EXPECT_REFUSED(fit_temperature(Floats{1, 2, 3}, Classes{0}, 2), "expected rows of 2 values");
  EXPECT_REFUSED(fit_temperature(Floats{1, 2}, Classes{2}, 2), "expected a class from 0 to 1, found 2");
  EXPECT_REFUSED(fit_temperature(Floats{1, NAN}, Classes{0}, 2), "expected a finite number");
  EXPECT_REFUSED(fit_sigmoid_temperature(Floats{1}, std::vector<uint8_t>{2}), "expected 0 or 1");
}

}  // namespace
}  // namespace heed::metrics
