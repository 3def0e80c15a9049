#include "apps/text_words.h"

#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heed::apps {
namespace {

const std::string kSpace = "\xe2\x96\x81";

std::vector<std::string> texts_of(const std::vector<TextWord>& words) {
  std::vector<std::string> texts;
  for (const TextWord& word : words) texts.push_back(word.text);
  return texts;
}

TEST(TextWords, pieces_of_a_word_are_added_up) {
  const auto words = words_of_text("my card", {kSpace + "my", kSpace + "ca", "rd", "</s>"},
                                   std::vector<float>{0.1F, 0.2F, 0.3F, 0.4F}, {});
  ASSERT_EQ(texts_of(words), (std::vector<std::string>{"my", "card"}));
  EXPECT_NEAR(words[0].weight, 0.1, 1e-6);
  EXPECT_NEAR(words[1].weight, 0.5, 1e-6);
  EXPECT_EQ(words[1].start, 3);
  EXPECT_EQ(words[1].end, 7);
}

TEST(TextWords, chinese_is_cut_where_pieces_are) {
  const auto words =
      words_of_text("我的银行卡 stolen", {kSpace, "我的", "银行卡", kSpace + "st", "olen", "</s>"},
                    std::vector<float>{0.0F, 0.2F, 0.4F, 0.1F, 0.2F, 0.1F},
                    std::vector<float>{0.0F, 1.0F, 2.0F, 3.0F, 0.5F, 0.0F});
  ASSERT_EQ(texts_of(words), (std::vector<std::string>{"我的", "银行卡", "stolen"}));
  EXPECT_NEAR(words[1].weight, 0.4, 1e-6);
  EXPECT_NEAR(words[1].vote, 2.0, 1e-6);
  EXPECT_NEAR(words[2].weight, 0.3, 1e-6);
  EXPECT_EQ(words[1].start, 2);  // in code points
  EXPECT_EQ(words[2].end, 12);
}

TEST(TextWords, words_are_the_texts_own_where_normalisation_changed_them) {
  // Upper case, a full-width letter and three spaces: the pieces are of "hello a".
  const auto words = words_of_text("HELLO   Ａ", {kSpace + "hello", kSpace + "a", "</s>"},
                                   std::vector<float>{0.7F, 0.2F, 0.1F}, {});
  ASSERT_EQ(texts_of(words), (std::vector<std::string>{"HELLO", "Ａ"}));
  EXPECT_NEAR(words[0].weight, 0.7, 1e-6);
  EXPECT_NEAR(words[1].weight, 0.2, 1e-6);
}

TEST(TextWords, no_weight_is_lost_where_lengths_differ) {
  // ﬁ is one character of the text and two of the pieces.
  const auto words = words_of_text("ﬁne day", {kSpace + "fine", kSpace + "day", "</s>"},
                                   std::vector<float>{0.5F, 0.4F, 0.1F}, {});
  double sum = 0.0;
  for (const TextWord& word : words) sum += word.weight;
  ASSERT_EQ(texts_of(words), (std::vector<std::string>{"ﬁne", "day"}));
  EXPECT_NEAR(sum, 0.9, 0.15);
}

TEST(TextWords, an_unknown_piece_covers_what_the_others_leave) {
  const auto words = words_of_text("a ☃☃ b", {kSpace + "a", "<unk>", kSpace + "b", "</s>"},
                                   std::vector<float>{0.1F, 0.6F, 0.2F, 0.1F}, {});
  ASSERT_EQ(texts_of(words), (std::vector<std::string>{"a", "☃☃", "b"}));
  EXPECT_NEAR(words[1].weight, 0.6, 1e-6);
}

TEST(TextWords, an_empty_text_has_no_words) {
  EXPECT_TRUE(words_of_text("", {"</s>"}, std::vector<float>{1.0F}, {}).empty());
}

}  // namespace
}  // namespace heed::apps
