#include "infer/top_tokens.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::infer {
namespace {

// In blocks of three, as a product leaves them.
std::vector<ScoredToken> top_tokens(const std::vector<float>& logits, int64_t count, int32_t forced = -1,
                                    std::span<const uint8_t> forbidden = {}) {
  TopTokens row;
  row.begin(count, forced, forbidden);
  for (size_t i = 0; i < logits.size(); i += 3) {
    row.add(std::span(logits).subspan(i, std::min<size_t>(3, logits.size() - i)), static_cast<int32_t>(i));
  }
  const auto tokens = row.finish();
  return {tokens.begin(), tokens.end()};
}

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

TEST(TopTokens, of_a_forced_token_is_that_one_whatever_its_rank) {
  const std::vector<float> logits = {0.0F, 0.0F, std::log(2.0F), std::log(1.0F), std::log(4.0F)};
  const auto tokens = top_tokens(logits, 2, 3);
  EXPECT_EQ(ids_of(tokens), (std::vector<int32_t>{3}));
  EXPECT_NEAR(tokens[0].log_probability, std::log(1.0 / 9.0), 1e-6);
}

TEST(TopTokens, leave_forbidden_tokens_out_but_in_the_sum) {
  const std::vector<float> logits = {0.0F, 0.0F, std::log(2.0F), std::log(1.0F), std::log(4.0F)};
  const std::vector<uint8_t> forbidden = {0, 0, 0, 0, 1};
  const auto tokens = top_tokens(logits, 2, -1, forbidden);
  EXPECT_EQ(ids_of(tokens), (std::vector<int32_t>{2, 3}));
  EXPECT_NEAR(tokens[0].log_probability, std::log(2.0 / 9.0), 1e-6);
}

TEST(TopTokens, of_a_long_row_are_those_of_a_sort) {
  Random random(5);
  std::vector<float> logits(8001);
  for (float& logit : logits) logit = static_cast<float>(3.0 * random.normal());
  std::vector<int32_t> order;
  for (int32_t id = 2; id < 8001; ++id) order.push_back(id);
  std::ranges::stable_sort(order, [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
  TopTokens row;
  row.begin(7);
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  for (size_t i = 0; i < logits.size(); i += 1000)
    row.add(std::span(logits).subspan(i, std::min<size_t>(1000, logits.size() - i)), static_cast<int32_t>(i));
  const auto tokens = row.finish();
  ASSERT_EQ(tokens.size(), 7U);
  for (size_t k = 0; k < 7; ++k) {
    EXPECT_EQ(tokens[k].id, order[k]);
    EXPECT_NEAR(tokens[k].log_probability, logits[order[k]] - std::log(sum), 1e-5);
  }
}

TEST(TopTokens, refuse_logits_that_are_not_finite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_THROW(top_tokens(std::vector<float>{0.0F, 0.0F, bad, 1.0F}, 1), Error);
    EXPECT_THROW(top_tokens(std::vector<float>{0.0F, 0.0F, 1.0F, bad}, 1), Error);
  }
}

}  // namespace
}  // namespace heed::infer
