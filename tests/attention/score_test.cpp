#include "attention/score.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heed::attention {
namespace {

const std::vector<double> kQuery = {1.0, 2.0};
const std::vector<double> kKey = {3.0, -1.0};

double score_of(const HeadScore<double>& head, const std::vector<double>& query,
                const std::vector<double>& key) {
  const std::vector<const double*> keys = {key.data()};
  std::vector<double> scores(1);
  score_keys<double>(head, query.data(), keys, scores);
  return scores[0];
}

TEST(Score, matches_numbers_worked_by_hand) {
  EXPECT_DOUBLE_EQ(score_of({Score::dot, 2}, kQuery, kKey), 1.0);  // 3 - 2
  EXPECT_DOUBLE_EQ(score_of({Score::scaled_dot, 2}, kQuery, kKey), 1 / std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(score_of({Score::cosine, 2}, kQuery, kKey), 1 / std::sqrt(50.0));  // |q|^2 = 5, |k|^2 = 10
  const std::vector<double> vector = {1.0, -1.0};
  const double additive = score_of({Score::additive, 2, vector.data()}, kQuery, kKey);  // tanh 4 - tanh 1
  EXPECT_DOUBLE_EQ(additive, std::tanh(4.0) - std::tanh(1.0));
  const std::vector<double> matrix = {1.0, 2.0, 0.0, 1.0};  // M k = (1, -1)
  EXPECT_DOUBLE_EQ(score_of({Score::bilinear, 2, nullptr, matrix.data()}, kQuery, kKey), -1.0);
  // phi(1, 2) = (2, 3) and phi(3, -1) = (4, 1/e)
  EXPECT_DOUBLE_EQ(score_of({Score::linear, 2}, kQuery, kKey), 8 + 3 * std::exp(-1.0));
}

TEST(Score, linear_stays_above_zero_and_has_no_slope_where_its_features_cannot_fall) {
  const HeadScore<double> head{Score::linear, 2};
  const std::vector<double> low = {-1000.0, -28.0};
  EXPECT_NEAR(score_of(head, low, kKey), 1e-12 * (4 + std::exp(-1.0)), 1e-18);
  EXPECT_GT(score_of(head, low, low), 0.0);
  EXPECT_TRUE(std::isnan(score_of(head, {std::nan(""), 0.0}, kKey)));
  std::vector<double> d_query(2, 0.0);
  std::vector<double> d_key(2, 0.0);
  const std::vector<const double*> keys = {kKey.data()};
  const std::vector<double*> d_keys = {d_key.data()};
  const std::vector<double> d_scores = {2.0};
  score_keys_backward<double>(head, low.data(), keys, d_scores, {.query = d_query.data(), .keys = d_keys});
  EXPECT_THAT(d_query, testing::ElementsAre(0.0, 0.0));
  EXPECT_NEAR(d_key[0], 2e-12, 1e-18);                   // phi' (3) = 1
  EXPECT_NEAR(d_key[1], 2e-12 * std::exp(-1.0), 1e-18);  // phi'(-1) = 1/e
}

TEST(Score, cosine_of_a_zero_vector_is_zero_and_gives_no_gradient) {
  const std::vector<double> zero = {0.0, 0.0};
  const HeadScore<double> head{Score::cosine, 2};
  EXPECT_EQ(score_of(head, zero, kKey), 0.0);
  EXPECT_EQ(score_of(head, kQuery, zero), 0.0);
  std::vector<double> d_query(2, 0.0);
  std::vector<double> d_key(2, 0.0);
  const std::vector<const double*> keys = {kKey.data()};
  const std::vector<double*> d_keys = {d_key.data()};
  const std::vector<double> d_scores = {1.0};
  score_keys_backward<double>(head, zero.data(), keys, d_scores, {.query = d_query.data(), .keys = d_keys});
  EXPECT_THAT(d_query, testing::ElementsAre(0.0, 0.0));
  EXPECT_THAT(d_key, testing::ElementsAre(0.0, 0.0));
}

}  // namespace
}  // namespace heed::attention
