#include "text/pair_ngrams.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed {
namespace {

NgramRows row(std::vector<int32_t> buckets, std::vector<float> values) {
  const auto count = static_cast<int64_t>(buckets.size());
  return {.buckets = std::move(buckets), .values = std::move(values), .begins = {0, count}};
}

TEST(PairNgrams, part_what_both_have_from_what_one_has) {
  const NgramRows found = pair_ngrams(row({2, 5, 7}, {1, 3, 4}), row({5, 9}, {1, 3}), 100);
  EXPECT_EQ(found.buckets, (std::vector<int32_t>{5, 102, 107, 109}));
  EXPECT_EQ(found.begins, (std::vector<int64_t>{0, 4}));
  const double half = kTextLength * std::sqrt(0.5);
  EXPECT_NEAR(found.values[0], half, 1e-5);  // the mean, 2, scaled to the length of its half
  const double scale = half / std::sqrt(1.0 + 16.0 + 9.0);
  EXPECT_NEAR(found.values[1], scale, 1e-5);
  EXPECT_NEAR(found.values[2], 4 * scale, 1e-5);
  EXPECT_NEAR(found.values[3], 3 * scale, 1e-5);
}

TEST(PairNgrams, do_not_depend_on_which_text_comes_first) {
  const NgramRows a = row({1, 4, 6, 9}, {1, 2, 3, 4}), b = row({0, 4, 9, 11}, {5, 6, 7, 8});
  const NgramRows one = pair_ngrams(a, b, 50), other = pair_ngrams(b, a, 50);
  EXPECT_EQ(one.buckets, other.buckets);
  EXPECT_EQ(one.values, other.values);
}

TEST(PairNgrams, of_texts_with_nothing_in_common_or_nothing_at_all) {
  EXPECT_EQ(pair_ngrams(row({1}, {2}), row({3}, {4}), 10).buckets, (std::vector<int32_t>{11, 13}));
  const NgramRows same = pair_ngrams(row({1}, {2}), row({1}, {2}), 10);
  EXPECT_EQ(same.buckets, std::vector<int32_t>{1});
  const NgramRows none = pair_ngrams(row({}, {}), row({}, {}), 10);
  EXPECT_TRUE(none.buckets.empty());
  EXPECT_EQ(none.rows(), 1);
}

}  // namespace
}  // namespace heed
