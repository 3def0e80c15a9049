#include "attention/normalise.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::attention {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<double> weights_of(const Variant& variant, const std::vector<double>& scores) {
  std::vector<double> weights(scores.size());
  normalise<double>(variant, scores, {}, weights);
  return weights;
}

std::vector<double> weights_of(Normaliser normaliser, const std::vector<double>& scores) {
  return weights_of(Variant{.normaliser = normaliser}, scores);
}

std::vector<double> random_scores(Random& random, size_t count) {
  std::vector<double> scores(count);
  for (double& score : scores) score = 3 * random.normal();
  return scores;
}

TEST(Normalise, softmax_matches_a_row_worked_by_hand) {
  // exp: 2, 6, 8 -> 1/8, 3/8, 1/2
  const std::vector<double> weights =
      weights_of(Normaliser::softmax, {std::log(2.0), std::log(6.0), std::log(8.0)});
  EXPECT_THAT(weights, Pointwise(DoubleNear(1e-15), {0.125, 0.375, 0.5}));
}

TEST(Normalise, softmax_returns_the_log_of_its_sum) {
  const std::vector<double> scores = {1000.0, 1000.0};
  std::vector<double> weights(2);
  EXPECT_DOUBLE_EQ(normalise<double>(Variant{}, scores, {}, weights), 1000.0 + std::log(2.0));
}

TEST(Normalise, softmax_with_a_ramp_multiplies_the_exponentials) {
  const std::vector<double> scores = {0.0, 0.0, std::log(2.0)};
  const std::vector<double> ramp = {1.0, 0.5, 0.25};
  std::vector<double> weights(3);
  normalise<double>(Variant{}, scores, ramp, weights);
  EXPECT_THAT(weights, Pointwise(DoubleNear(1e-15), {0.5, 0.25, 0.25}));
}

TEST(Normalise, rows_sum_to_one_at_any_length) {
  Random random(1);
  for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::sum, Normaliser::sparsemax,
                                      Normaliser::entmax15, Normaliser::hard}) {
    for (const size_t count : {1, 2, 3, 7, 16, 65, 300}) {
      const std::vector<double> weights = weights_of(normaliser, random_scores(random, count));
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-12)
          << to_string(normaliser) << " of " << count;
      for (const double weight : weights) EXPECT_GE(weight, 0.0);
    }
  }
}

// arXiv:1602.02068 section 2.2: for scores (t, 0), the first weight is 0, (t + 1) / 2 or 1.
TEST(Normalise, sparsemax_of_two_scores_is_the_papers_hard_sigmoid) {
  for (const double t : {-2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.5}) {
    const double expected = std::clamp((t + 1) / 2, 0.0, 1.0);
    EXPECT_THAT(weights_of(Normaliser::sparsemax, {t, 0.0}),
                Pointwise(DoubleNear(1e-15), {expected, 1 - expected}));
  }
}

// The worked example of the authors' own package for arXiv:1905.05702: scores (-2, 0, 0.5).
TEST(Normalise, sparsemax_and_entmax_match_the_published_example) {
  const std::vector<double> scores = {-2.0, 0.0, 0.5};
  EXPECT_THAT(weights_of(Normaliser::softmax, scores), Pointwise(DoubleNear(5e-5), {0.0486, 0.3592, 0.5922}));
  EXPECT_THAT(weights_of(Normaliser::sparsemax, scores), Pointwise(DoubleNear(1e-15), {0.0, 0.25, 0.75}));
  EXPECT_THAT(weights_of(Normaliser::entmax15, scores), Pointwise(DoubleNear(5e-5), {0.0, 0.3260, 0.6740}));
}

// arXiv:1905.05702 definition: weights are (z / 2 - threshold)^2 where positive, one threshold for the row.
TEST(Normalise, entmax_has_one_threshold_a_row) {
  Random random(2);
  for (int trial = 0; trial < 50; ++trial) {
    const std::vector<double> scores = random_scores(random, 20);
    const std::vector<double> weights = weights_of(Normaliser::entmax15, scores);
    const size_t top = static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    const double threshold = scores[top] / 2 - std::sqrt(weights[top]);
    for (size_t i = 0; i < scores.size(); ++i) {
      const double root = std::max(scores[i] / 2 - threshold, 0.0);
      EXPECT_NEAR(weights[i], root * root, 1e-12);
    }
  }
}

TEST(Normalise, sigmoid_weighs_each_key_alone) {
  EXPECT_THAT(weights_of(Normaliser::sigmoid, {0.0, std::log(3.0), -1e4, 1e4}),
              ElementsAre(DoubleEq(0.5), DoubleEq(0.75), DoubleEq(0.0), DoubleEq(1.0)));
}

TEST(Normalise, hard_keeps_the_earlier_of_equal_scores) {
  EXPECT_THAT(weights_of(Variant{.normaliser = Normaliser::hard, .hard_top = 1}, {1.0, 2.0, 2.0}),
              ElementsAre(0.0, 1.0, 0.0));
  const double low = 1 / (1 + std::exp(1.0));
  EXPECT_THAT(weights_of(Variant{.normaliser = Normaliser::hard, .hard_top = 2}, {1.0, 2.0, 1.0}),
              ElementsAre(DoubleNear(low, 1e-15), DoubleNear(1 - low, 1e-15), 0.0));
}

TEST(Normalise, hard_with_more_than_there_are_is_softmax) {
  const std::vector<double> scores = {0.3, -1.0, 2.0};
  EXPECT_THAT(weights_of(Variant{.normaliser = Normaliser::hard, .hard_top = 9}, scores),
              Pointwise(DoubleNear(1e-15), weights_of(Normaliser::softmax, scores)));
}

TEST(Sum, is_the_plain_ratio_of_positive_scores) {
  for (const SumGuard guard : {SumGuard::error, SumGuard::absolute, SumGuard::softmax}) {
    EXPECT_THAT(weights_of(Variant{.normaliser = Normaliser::sum, .sum_guard = guard}, {1.0, 3.0, 0.0}),
                ElementsAre(0.25, 0.75, 0.0));
  }
}

TEST(Sum, guard_absolute_takes_shares_of_absolute_scores) {
  const Variant variant{.normaliser = Normaliser::sum, .sum_guard = SumGuard::absolute};
  EXPECT_THAT(weights_of(variant, {1.0, -3.0}), ElementsAre(0.25, 0.75));
  EXPECT_THAT(weights_of(variant, {0.0, 0.0}), ElementsAre(0.5, 0.5));
}

TEST(Sum, guard_softmax_falls_back_for_the_row) {
  const Variant variant{.normaliser = Normaliser::sum, .sum_guard = SumGuard::softmax};
  for (const std::vector<double>& scores : {std::vector<double>{1.0, -3.0}, {0.0, 0.0}, {1.0, -1.0, 0.5}}) {
    EXPECT_EQ(weights_of(variant, scores), weights_of(Normaliser::softmax, scores));
  }
}

TEST(Sum, guard_error_names_row_head_and_sum) {
  const Variant variant{.normaliser = Normaliser::sum, .sum_guard = SumGuard::error};
  const std::vector<double> scores = {1.0, -3.0};
  std::vector<double> weights(2);
  try {
    normalise<double>(variant, scores, {}, weights, {.row = 7, .head = 2});
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(error.what(),
                 "attention normaliser 'sum': row 7, head 2: expected scores >= 0 with a sum above zero, "
                 "found a negative "
                 "score and the sum -2; set sum_guard to 'absolute' or 'softmax', or use another normaliser");
  }
}

TEST(Sum, guard_error_refuses_a_row_of_zeros) {
  const Variant variant{.normaliser = Normaliser::sum, .sum_guard = SumGuard::error};
  const std::vector<double> scores = {0.0, 0.0};
  std::vector<double> weights(2);
  EXPECT_THROW(normalise<double>(variant, scores, {}, weights), Error);
}

}  // namespace
}  // namespace heed::attention
