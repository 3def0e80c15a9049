#include "text/pieces_in_text.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.h"
#include "text/tokenizer.h"

namespace heed {
namespace {

const NormaliseOptions kFolded{.form = Normalisation::nfkc, .lowercase = true};

const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {"transfer 100 dollars to my savings account",
                                               "show me the balance of the current account",
                                               "find the file office",
                                               "向储蓄账户转账一百元",
                                               "查询信用卡账户的余额",
                                               "Größe straße café"};
  return all;
}

const Tokenizer& tokenizer() {
  static const Tokenizer one =
      Tokenizer::train(lines(), {.vocabulary = 120, .algorithm = "bpe", .character_coverage = 1.0});
  return one;
}

std::string characters(const std::string& text, const CodePoints& place) {
  std::string cut;
  int64_t at = -1;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++at;
    if (at >= place.begin && at < place.end) cut += c;
  }
  return cut;
}

std::vector<std::string> pieces_of(const std::string& given) {
  return tokenizer().pieces(tokenizer().encode(normalise(given, kFolded)));
}

// What each piece covers in the text as it was given.
std::vector<std::string> covered(const std::string& given) {
  std::vector<std::string> parts;
  for (const CodePoints& place : pieces_in_text(given, pieces_of(given), kFolded))
    parts.push_back(characters(given, place));
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

TEST(AlignNormalised, knows_where_each_character_comes_from) {
  const AlignedText aligned = align_normalised("  ﬁle\t\tＡＢ ", kFolded);
  EXPECT_EQ(aligned.text, "file ab");
  EXPECT_EQ(aligned.origin,
            (std::vector<CodePoints>{{2, 3}, {2, 3}, {3, 4}, {4, 5}, {5, 7}, {7, 8}, {8, 9}}));
}

TEST(AlignNormalised, keeps_what_composes_together) {
  const std::string decomposed = "cafe\u0301 o\u0308l";
  const AlignedText aligned = align_normalised(decomposed, kFolded);
  EXPECT_EQ(aligned.text, "café öl");
  EXPECT_EQ(aligned.origin,
            (std::vector<CodePoints>{{0, 1}, {1, 2}, {2, 3}, {3, 5}, {5, 6}, {6, 8}, {8, 9}}));
}

TEST(AlignNormalised, has_an_origin_within_the_text_for_every_character_of_any_text) {
  const std::vector<std::string> bits = {"a",      "Σ",       "ς",        "ﬁ",  "１",     " ", "\t",
                                         "\u3000", "e\u0301", "한",       "가", "①",      "İ", "ß",
                                         "\x01",   "账",      "👍🏽", "ㄱ", "\u0301", "Å"};
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (uint64_t i = random.below(9); i > 0; --i) text += bits[random.below(bits.size())];
    for (const bool lowercase : {false, true}) {
      const NormaliseOptions options{.form = Normalisation::nfkc, .lowercase = lowercase};
      const AlignedText aligned = align_normalised(text, options);
      EXPECT_EQ(aligned.text, normalise(text, options));
      ASSERT_EQ(static_cast<int64_t>(aligned.origin.size()), count_characters(aligned.text)) << text;
      int64_t before = 0;
      for (const CodePoints& place : aligned.origin) {
        EXPECT_LE(before, place.begin) << text;
        EXPECT_LT(place.begin, place.end) << text;
        EXPECT_LE(place.end, count_characters(text)) << text;
        before = place.begin;
      }
    }
  }
}

TEST(PiecesInText, cover_the_text_in_both_languages) {
  EXPECT_EQ(joined(covered("transfer 100 dollars")), "transfer100dollars");
  EXPECT_EQ(joined(covered("向储蓄账户转账一百元")), "向储蓄账户转账一百元");
  EXPECT_EQ(joined(covered("  Find\tthe  OFFICE ")), "FindtheOFFICE");
}

TEST(PiecesInText, are_those_of_the_text_as_it_was_given) {
  EXPECT_EQ(joined(covered("ＳＨＯＷ　me")), "ＳＨＯＷme");
  const std::string given = "cafe\u0301";
  EXPECT_EQ(joined(covered(given)), given);
}

TEST(PiecesInText, unknown_ones_have_what_the_known_leave) {
  const std::string given = "show 龘龘 the 麤 balance";
  const std::vector<std::string> pieces = pieces_of(given);
  ASSERT_NE(std::ranges::find(pieces, "<unk>"), pieces.end());
  EXPECT_EQ(joined(covered(given)), "show龘龘the麤balance");
}

TEST(PiecesInText, of_a_text_that_was_cut_stand_where_they_did) {
  const std::string given = "向储蓄账户转账一百元";
  std::vector<std::string> pieces = pieces_of(given);
  const auto all = pieces_in_text(given, pieces, kFolded);
  pieces.pop_back();
  const auto cut = pieces_in_text(given, pieces, kFolded);
  EXPECT_TRUE(std::equal(cut.begin(), cut.end(), all.begin()));
}

TEST(PiecesInText, a_space_alone_has_an_empty_place_behind_it) {
  const auto places = pieces_in_text("a  bc", std::vector<std::string>{"▁a", "▁", "b", "c"}, kFolded);
  EXPECT_EQ(places, (std::vector<CodePoints>{{0, 1}, {3, 3}, {3, 4}, {4, 5}}));
}

TEST(PiecesInText, of_another_text_have_empty_places) {
  for (const CodePoints& place : pieces_in_text("abc", std::vector<std::string>{"▁x", "yz"}, kFolded))
    EXPECT_EQ(place.begin, place.end);
  EXPECT_TRUE(pieces_in_text("", {}, kFolded).empty());
}

}  // namespace
}  // namespace heed
