#include "text/fewer_pieces.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed {
namespace {

const std::vector<std::string> kLines = {
    "open the window", "open the door", "close the window now", "打开窗口",
    "打开门",          "现在关闭窗口",  "the door opens again", "窗口又打开了"};

class FewerPieces : public testing::Test {
 protected:
  static Tokenizer trained(const std::string& algorithm = "unigram") {
    return Tokenizer::train(kLines, {.vocabulary = 70, .algorithm = algorithm, .character_coverage = 1.0});
  }
  static std::vector<int64_t> count(const Tokenizer& tokenizer) {
    std::vector<int64_t> counts(tokenizer.size());
    for (const std::string& line : kLines) {
      for (const int32_t id : tokenizer.encode(line)) ++counts[id];
    }
    return counts;
  }
};

TEST_F(FewerPieces, the_rest_keep_their_text_and_order_and_cut_every_line_without_an_unknown_piece) {
  const Tokenizer whole = trained();
  std::vector<int64_t> counts = count(whole);
  for (int32_t id = 3; id < whole.size(); ++id) counts[id] += 1;  // the characters too
  const std::vector<int32_t> kept = frequent_pieces(whole, counts, whole.size() - 4);
  ASSERT_EQ(kept.size(), whole.size() - 4);
  const Tokenizer fewer = Tokenizer::from_bytes(keep_pieces(whole, kept), "fewer");
  ASSERT_EQ(fewer.size(), static_cast<int64_t>(kept.size()));
  for (size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(fewer.piece(static_cast<int32_t>(i)), whole.piece(kept[i]));
  for (const std::string& line : kLines) {
    const std::vector<int32_t> ids = fewer.encode(line);
    EXPECT_EQ(std::ranges::count(ids, Tokenizer::kUnknown), 0) << line;
    EXPECT_EQ(fewer.decode(ids), line);
  }
}

TEST_F(FewerPieces, all_pieces_are_the_same_model) {
  const Tokenizer whole = trained();
  std::vector<int32_t> all(whole.size());
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(keep_pieces(whole, all), whole.bytes());
}

TEST_F(FewerPieces, the_most_frequent_stay_and_those_that_no_text_has_go) {
  const Tokenizer whole = trained();
  std::vector<int64_t> counts(whole.size());
  int32_t frequent = -1, rare = -1;  // of more than one character
  for (int32_t id = 3; id < whole.size(); ++id) {
    if (whole.piece(id).size() < 4 || whole.piece(id).starts_with("\u2581")) continue;
    (frequent < 0 ? frequent : rare) = id;
  }
  ASSERT_NE(rare, -1);
  counts[frequent] = 5;
  counts[rare] = 2;
  EXPECT_EQ(frequent_pieces(whole, counts, 4), (std::vector<int32_t>{0, 1, 2, frequent}));
  EXPECT_EQ(frequent_pieces(whole, counts, 40).size(), 5u);
}

TEST_F(FewerPieces, refuses_less_than_the_characters_and_a_bpe_model) {
  const Tokenizer whole = trained();
  expect_error(ErrorCode::invalid_argument, {"vocabulary: expected at least", "found 5"},
               [&] { frequent_pieces(whole, std::vector<int64_t>(whole.size(), 1), 5); });
  const Tokenizer bpe = trained("bpe");
  expect_error(ErrorCode::unsupported, {"unigram", "found bpe"}, [&] {
    keep_pieces(bpe, std::vector<int32_t>{0, 1, 2, 3});
  });
}

}  // namespace
}  // namespace heed
