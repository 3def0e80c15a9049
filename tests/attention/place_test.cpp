#include "attention/place.h"

#include <cmath>

#include <gtest/gtest.h>

#include "attention/dropout.h"

namespace heed::attention {
namespace {

void expect_range(const KeyRange& range, int64_t begin, int64_t end) {
  EXPECT_EQ(range.begin, begin);
  EXPECT_EQ(range.end, end);
}

TEST(Place, masks_leave_the_keys_that_the_definition_names) {
  const Sequence sequence{0, 5, 0, 10, 0};
  expect_range(visible_keys(Variant{}, sequence, 3), 0, 10);
  expect_range(visible_keys(Variant{.causal = true}, sequence, 3), 0, 4);
  expect_range(visible_keys(Variant{.window = 2}, sequence, 3), 2, 5);
  expect_range(visible_keys(Variant{.causal = true, .window = 2}, sequence, 3), 2, 4);
  expect_range(visible_keys(Variant{.window = 1}, sequence, 0), 0, 1);
}

TEST(Place, a_query_behind_a_cache_stands_at_its_position) {
  const Sequence cached{0, 1, 0, 8, 7};
  expect_range(visible_keys(Variant{.causal = true}, cached, 0), 0, 8);
  expect_range(visible_keys(Variant{.causal = true, .window = 3}, cached, 0), 5, 8);
}

// The slopes that arXiv:2108.12409 section 3 lists for 8 heads: 1/2, 1/4 ... 1/256.
TEST(Place, alibi_slopes_of_eight_heads_are_the_papers) {
  for (int64_t head = 0; head < 8; ++head) {
    EXPECT_DOUBLE_EQ(alibi_slope(head, 8), std::pow(0.5, static_cast<double>(head + 1)));
  }
}

TEST(Place, alibi_slopes_of_other_head_counts_follow_the_same_formula) {
  EXPECT_DOUBLE_EQ(alibi_slope(0, 3), std::exp2(-8.0 / 3));
  EXPECT_DOUBLE_EQ(alibi_slope(2, 3), 1.0 / 256);
}

TEST(Place, relative_columns_stop_at_the_reach) {
  EXPECT_EQ(relative_column(-9, 2), 0);
  EXPECT_EQ(relative_column(-1, 2), 1);
  EXPECT_EQ(relative_column(0, 2), 2);
  EXPECT_EQ(relative_column(9, 2), 4);
}

TEST(Place, a_span_fades_out_over_its_ramp) {
  EXPECT_EQ(span_weight(3.0, 4.0, 3), 1.0);
  EXPECT_EQ(span_weight(3.0, 4.0, 5), 0.5);
  EXPECT_EQ(span_weight(3.0, 4.0, 7), 0.0);
  EXPECT_EQ(span_weight(3.0, 4.0, 99), 0.0);
}

// Shares of kept weights, and of neighbours kept together: independent draws give p and p^2.
TEST(Dropout, keeps_its_share_and_neighbours_are_independent) {
  constexpr double kDropout = 0.3;
  constexpr int64_t kSide = 300;
  const auto keeps = [](uint64_t seed, int64_t row, int64_t head, int64_t key) {
    return dropout_keeps(seed, kDropout, row, head, key) ? 1.0 : 0.0;
  };
  double kept = 0, keys = 0, rows = 0, heads = 0, seeds = 0;
  for (int64_t row = 0; row < kSide; ++row) {
    for (int64_t key = 0; key < kSide; ++key) {
      const double here = keeps(5, row, 0, key);
      kept += here;
      keys += here * keeps(5, row, 0, key + 1);
      rows += here * keeps(5, row + 1, 0, key);
      heads += here * keeps(5, row, 1, key);
      seeds += here * keeps(6, row, 0, key);
    }
  }
  const double count = kSide * kSide;
  EXPECT_NEAR(kept / count, 0.7, 0.005);
  for (const double both : {keys, rows, heads, seeds}) EXPECT_NEAR(both / count, 0.49, 0.006);
}

}  // namespace
}  // namespace heed::attention
