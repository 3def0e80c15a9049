#include "text/ngrams.h"

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

namespace heed {
namespace {

using Pieces = std::vector<std::string>;

constexpr NgramOptions kOptions{.buckets = 1 << 20, .words = 2, .min_characters = 2, .max_characters = 3};
constexpr NgramOptions kWordsOnly{.buckets = 1 << 20, .words = 2, .min_characters = 1, .max_characters = 0};

std::set<int32_t> buckets(const Pieces& pieces, const NgramOptions& options) {
  const NgramRows row = text_ngrams(pieces, options, {});
  return {row.buckets.begin(), row.buckets.end()};
}

size_t shared(const std::set<int32_t>& a, const std::set<int32_t>& b) {
  return std::count_if(a.begin(), a.end(), [&b](int32_t bucket) { return b.contains(bucket); });
}

double length(const NgramRows& row) {
  return std::sqrt(std::inner_product(row.values.begin(), row.values.end(), row.values.begin(), 0.0));
}

TEST(Ngrams, words_and_pairs_of_them_are_counted_once_each) {
  // how, are, you; how are, are you
  EXPECT_EQ(buckets({"▁how", "▁are", "▁you"}, kWordsOnly).size(), 5U);
  EXPECT_EQ(buckets({"▁how", "▁how", "▁how"}, kWordsOnly).size(), 2U);  // how; how how
}

TEST(Ngrams, taken_apart_by_piece_add_up_to_the_text) {
  const Pieces pieces = {"▁pay", "ment", "▁failed", "▁pay", "▁银行", "转账"};
  const NgramRows row = text_ngrams(pieces, kOptions, {});
  std::map<int32_t, double> sums;
  for (const PieceNgram& ngram : text_ngrams_by_piece(pieces, kOptions, {})) {
    EXPECT_LE(ngram.piece, static_cast<int64_t>(pieces.size()));
    sums[ngram.bucket] += ngram.value;
  }
  ASSERT_EQ(sums.size(), row.buckets.size());
  for (size_t i = 0; i < row.buckets.size(); ++i) EXPECT_NEAR(sums.at(row.buckets[i]), row.values[i], 1e-5);
}

TEST(Ngrams, characters_stay_within_a_word_and_mark_its_ends) {
  // ▁a, ab, b▁; ▁ab, ab▁ and, of the second word, ▁c, c▁; ▁c▁. Nothing crosses the space.
  const NgramOptions characters{.buckets = 1 << 20, .words = 0, .min_characters = 2, .max_characters = 3};
  EXPECT_EQ(buckets({"▁ab", "▁c"}, characters).size(), 8U);
}

TEST(Ngrams, do_not_depend_on_how_a_word_falls_into_pieces) {
  EXPECT_EQ(buckets({"▁payment", "▁failed"}, kOptions), buckets({"▁pay", "ment", "▁fail", "ed"}, kOptions));
}

TEST(Ngrams, take_a_piece_of_chinese_for_a_word) {
  // 银行, 转账; 银行转账
  EXPECT_EQ(buckets({"▁", "银行", "转账"}, kWordsOnly).size(), 3U);
  // Latin within Chinese: 用, ATM, 取款 and the two pairs.
  EXPECT_EQ(buckets({"▁用", "A", "TM", "取款"}, kWordsOnly).size(), 5U);
}

TEST(Ngrams, of_chinese_characters_cross_pieces) {
  const NgramOptions pairs{.buckets = 1 << 20, .words = 0, .min_characters = 2, .max_characters = 2};
  EXPECT_EQ(buckets({"▁", "银行", "转账"}, pairs), buckets({"▁银", "行转", "账"}, pairs));
  EXPECT_EQ(buckets({"▁", "银行", "转账"}, pairs).size(), 5U);  // ▁银 银行 行转 转账 账▁
}

TEST(Ngrams, of_words_and_of_characters_are_told_apart) {
  const NgramOptions characters{.buckets = 1 << 20, .words = 0, .min_characters = 1, .max_characters = 1};
  EXPECT_EQ(shared(buckets({"▁a"}, kWordsOnly), buckets({"▁a"}, characters)), 0U);
}

TEST(Ngrams, of_a_text_have_one_length_and_words_half_of_it) {
  const NgramRows row = text_ngrams(Pieces{"▁card", "▁lost"}, kOptions, {});
  EXPECT_NEAR(length(row), kTextLength, 1e-5);
  EXPECT_NEAR(length(text_ngrams(Pieces{"▁card"}, kWordsOnly, {})), kTextLength * std::sqrt(0.5), 1e-5);
}

TEST(Ngrams, of_a_text_weigh_log_count_times_weight) {
  const NgramOptions single{.buckets = 1 << 20, .words = 1, .min_characters = 1, .max_characters = 0};
  const NgramRows row = text_ngrams(Pieces{"▁a", "▁a", "▁b"}, single, {});
  ASSERT_EQ(row.values.size(), 2U);
  const double a = 1.0 + std::log(2.0), norm = std::sqrt(2.0 * (a * a + 1.0));
  const auto [low, high] = std::minmax(row.values[0], row.values[1]);
  EXPECT_NEAR(high, kTextLength * a / norm, 1e-5);
  EXPECT_NEAR(low, kTextLength / norm, 1e-5);
}

TEST(Ngrams, that_weigh_nothing_are_left_out) {
  const std::vector<float> nothing(kOptions.buckets);
  EXPECT_TRUE(text_ngrams(Pieces{"▁card"}, kOptions, nothing).buckets.empty());
  const NgramRows rows = token_ngrams(Pieces{"▁card", "▁lost"}, kOptions, nothing);
  EXPECT_EQ(rows.rows(), 3);
  EXPECT_TRUE(rows.buckets.empty());
}

TEST(Ngrams, of_a_token_start_in_it_and_have_length_one) {
  const NgramRows rows = token_ngrams(Pieces{"▁a", "b", "▁c"}, kOptions, {});
  ASSERT_EQ(rows.rows(), 4);
  // ab, "ab c"; ▁a, ▁ab, ab, ab▁ | b▁ | c; ▁c, ▁c▁, c▁
  EXPECT_EQ(rows.begins, (std::vector<int64_t>{0, 6, 7, 11, 11}));
  EXPECT_NEAR(rows.values[0], 1.0 / std::sqrt(6.0), 1e-6);
  EXPECT_NEAR(rows.values[6], 1.0, 1e-6);
}

TEST(Ngrams, of_an_empty_text_are_none) {
  EXPECT_TRUE(buckets({}, kOptions).empty());
  EXPECT_EQ(token_ngrams({}, kOptions, {}).rows(), 1);
}

TEST(Ngrams, of_broken_utf8_stay_within_it) { EXPECT_FALSE(buckets({"\xF0\x9F", "\xE4"}, kOptions).empty()); }

TEST(NgramCounter, weighs_by_inverse_document_frequency_and_drops_the_rare) {
  const NgramOptions single{.buckets = 1 << 20, .words = 1, .min_characters = 1, .max_characters = 0};
  NgramCounter counter(single);
  counter.add(Pieces{"▁a", "▁a"});
  counter.add(Pieces{"▁a", "▁b"});
  const int32_t a = *buckets({"▁a"}, single).begin(), b = *buckets({"▁b"}, single).begin();
  EXPECT_NEAR(counter.weights(1)[a], 1.0, 1e-6);                  // 1 + log(3 / 3)
  EXPECT_NEAR(counter.weights(1)[b], 1.0 + std::log(1.5), 1e-6);  // 1 + log(3 / 2)
  EXPECT_EQ(counter.weights(2)[b], 0.0F);
}

TEST(Ngrams, append_keeps_rows_apart) {
  NgramRows rows = token_ngrams(Pieces{"▁a"}, kWordsOnly, {});
  rows.append(token_ngrams(Pieces{"▁a", "▁b"}, kWordsOnly, {}));
  EXPECT_EQ(rows.begins, (std::vector<int64_t>{0, 1, 1, 3, 4, 4}));
}

}  // namespace
}  // namespace heed
