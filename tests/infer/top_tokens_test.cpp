#include "infer/top_tokens.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::infer {
namespace {

std::vector<int32_t> ids_of(const std::vector<ScoredToken>& tokens) {
  std::vector<int32_t> ids;
  for (const ScoredToken& token : tokens) ids.push_back(token.id);
  return ids;
}

TEST(TopTokens, come_most_likely_first_with_log_probabilities_of_the_softmax) {
  const std::vector<float> logits = {0.0F, 0.0F, std::log(2.0F), std::log(1.0F), std::log(4.0F)};
  const auto tokens = top_tokens(logits, 2);
  EXPECT_EQ(ids_of(tokens), (std::vector<int32_t>{4, 2}));
  EXPECT_NEAR(tokens[0].log_probability, std::log(4.0 / 9.0), 1e-6);
  EXPECT_NEAR(tokens[1].log_probability, std::log(2.0 / 9.0), 1e-6);
}

TEST(TopTokens, break_ties_towards_the_lower_id) {
  const std::vector<float> logits(9, 1.0F);
  EXPECT_EQ(ids_of(top_tokens(logits, 3)), (std::vector<int32_t>{2, 3, 4}));
}

TEST(TopTokens, never_hold_unknown_or_begin) {
  const std::vector<float> logits = {9.0F, 8.0F, 1.0F, 2.0F};
  EXPECT_EQ(ids_of(top_tokens(logits, 4)), (std::vector<int32_t>{3, 2}));
}

TEST(TopTokens, of_far_apart_logits_do_not_overflow) {
  const std::vector<float> logits = {0.0F, 0.0F, 3e38F, -3e38F};
  EXPECT_EQ(top_tokens(logits, 1)[0].log_probability, 0.0);
}

TEST(TopTokens, refuse_logits_that_are_not_finite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_THROW(top_tokens(std::vector<float>{0.0F, 0.0F, bad, 1.0F}, 1), Error);
    EXPECT_THROW(top_tokens(std::vector<float>{0.0F, 0.0F, 1.0F, bad}, 1), Error);
  }
}

}  // namespace
}  // namespace heed::infer
