#include "apps/word_weights.h"

#include <gtest/gtest.h>

using namespace heed::apps;

TEST(WordWeights, pieces_of_a_word_are_summed_and_the_strongest_stands_first) {
  const std::vector<std::string> pieces = {"▁my", "▁ca", "rd", "▁was", "</s>"};
  const std::vector<float> attention = {0.125F, 0.25F, 0.25F, 0.0625F, 0.3125F};
  const auto words = strongest_words(pieces, attention, 2);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].word, "card");
  EXPECT_DOUBLE_EQ(words[0].weight, 0.5);
  EXPECT_EQ(words[1].word, "my");
}

TEST(WordWeights, chinese_pieces_stand_each_for_itself) {
  const std::vector<std::string> pieces = {"▁", "银行卡", "丢", "了", "ATM", "</s>"};
  const std::vector<float> attention = {0.0F, 0.5F, 0.25F, 0.0F, 0.125F, 0.0F};
  const auto words = strongest_words(pieces, attention, 10);
  ASSERT_EQ(words.size(), 4u);
  EXPECT_EQ(words[0].word, "银行卡");
  EXPECT_EQ(words[1].word, "丢");
  EXPECT_EQ(words[2].word, "ATM");
}

TEST(WordWeights, text_without_pieces_has_no_words) {
  EXPECT_TRUE(strongest_words({"</s>"}, std::vector<float>{1.0F}, 3).empty());
}
