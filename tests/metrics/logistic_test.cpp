#include "metrics/logistic.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::metrics;

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

TEST(Logistic, without_features_that_tell_anything_says_the_share_of_ones) {
  const std::vector<double> features(8, 3.0);
  const std::vector<uint8_t> labels = {1, 1, 1, 0, 1, 1, 0, 1};
  const LogisticModel model = fit_logistic(features, labels, 1);
  EXPECT_NEAR(model.probability(std::vector<double>{3.0}), 0.75, 1e-6);
  EXPECT_NEAR(model.weights[0], 0.0, 1e-9);
}

// Two groups whose odds are 1 : 3 and 3 : 1: without a ridge the fit says just that.
TEST(Logistic, finds_the_odds_of_two_groups) {
  std::vector<double> features;
  std::vector<uint8_t> labels;
  for (int i = 0; i < 400; ++i) {
    features.push_back(i < 200 ? 0.0 : 10.0);
    labels.push_back(i < 200 ? i % 4 == 0 : i % 4 != 0);
  }
  const LogisticModel model = fit_logistic(features, labels, 1, {.ridge = 0});
  EXPECT_NEAR(model.probability(std::vector<double>{0.0}), 0.25, 1e-6);
  EXPECT_NEAR(model.probability(std::vector<double>{10.0}), 0.75, 1e-6);
  EXPECT_NEAR(model.log_odds(std::vector<double>{5.0}), 0.0, 1e-6);
}

TEST(Logistic, finds_the_weights_that_made_the_labels) {
  Random random(7);
  std::vector<double> features;
  std::vector<uint8_t> labels;
  for (int i = 0; i < 20000; ++i) {
    const double a = random.normal(), b = 5 + 2 * random.normal();
    features.insert(features.end(), {a, b});
    labels.push_back(random.uniform() < sigmoid(1.5 * a - 0.5 * (b - 5) + 0.3));
  }
  const LogisticModel model = fit_logistic(features, labels, 2);
  EXPECT_NEAR(model.weights[0] / model.scale[0], 1.5, 0.08);
  EXPECT_NEAR(model.weights[1] / model.scale[1], -0.5, 0.04);
  EXPECT_NEAR(model.log_odds(std::vector<double>{0.0, 5.0}), 0.3, 0.06);
}

TEST(Logistic, balanced_makes_rare_ones_count_as_much) {
  std::vector<double> features(1000, 0.0);
  std::vector<uint8_t> labels(1000, 0);
  for (int i = 0; i < 10; ++i) labels[i] = 1;
  EXPECT_NEAR(fit_logistic(features, labels, 1).probability(std::vector<double>{0.0}), 0.01, 1e-6);
  EXPECT_NEAR(fit_logistic(features, labels, 1, {.balanced = true}).probability(std::vector<double>{0.0}),
              0.5, 1e-6);
}

TEST(Logistic, labels_that_are_told_apart_without_fault_give_finite_weights) {
  const std::vector<double> features = {-2, -1, 1, 2};
  const std::vector<uint8_t> labels = {0, 0, 1, 1};
  const LogisticModel model = fit_logistic(features, labels, 1);
  EXPECT_TRUE(std::isfinite(model.weights[0]));
  EXPECT_GT(model.probability(std::vector<double>{2.0}), 0.6);
  EXPECT_LT(model.probability(std::vector<double>{-2.0}), 0.4);
}

TEST(Logistic, refuses_labels_of_one_kind_and_values_that_are_not_finite) {
  EXPECT_THROW(fit_logistic(std::vector<double>{1, 2}, std::vector<uint8_t>{1, 1}, 1), Error);
  EXPECT_THROW(fit_logistic(std::vector<double>{1, NAN}, std::vector<uint8_t>{0, 1}, 1), Error);
  EXPECT_THROW(fit_logistic(std::vector<double>{1, 2, 3}, std::vector<uint8_t>{0, 1}, 1), Error);
  EXPECT_THROW(fit_logistic(std::vector<double>{}, std::vector<uint8_t>{}, 1), Error);
}
