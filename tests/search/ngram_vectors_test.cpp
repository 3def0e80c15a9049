#include "search/ngram_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

using namespace heed::search;

namespace {

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

const std::vector<std::string> kTexts = {"I lost my card", "lost cards are blocked", "how do I send money",
                                         "我的卡丢了",     "银行卡遗失怎么办",       "怎么转账"};

}  // namespace

TEST(NgramVectors, have_length_one_and_the_wanted_width) {
  const NgramVectors vectors(kTexts, 512);
  EXPECT_EQ(vectors.dim(), 512);
  for (const std::string& text : kTexts) {
    const std::vector<float> vector = vectors(text);
    ASSERT_EQ(vector.size(), 512U);
    EXPECT_NEAR(dot(vector, vector), 1.0, 1e-5);
  }
}

TEST(NgramVectors, like_wordings_are_near_in_both_languages) {
  const NgramVectors vectors(kTexts);
  EXPECT_GT(dot(vectors("lost my card!"), vectors(kTexts[0])),
            2 * dot(vectors("lost my card!"), vectors(kTexts[2])));
  EXPECT_GT(dot(vectors("卡丢了怎么办"), vectors(kTexts[3])),
            2 * dot(vectors("卡丢了怎么办"), vectors(kTexts[5])));
  // A slip of the keyboard leaves most of the runs.
  EXPECT_GT(dot(vectors("blockd"), vectors(kTexts[1])), 0.2);
  EXPECT_LT(dot(vectors("blockd"), vectors(kTexts[2])), 0.05);
}

TEST(NgramVectors, a_single_chinese_character_is_a_run) {
  const NgramVectors vectors({}, 8192);
  EXPECT_GT(dot(vectors("卡"), vectors("银行卡丢了")), 0.1);
  EXPECT_EQ(dot(vectors("卡"), vectors("转账")), 0.0);
}

TEST(NgramVectors, case_width_and_spaces_say_nothing) {
  const NgramVectors vectors(kTexts);
  EXPECT_EQ(vectors("I LOST  my\tcard "), vectors("i lost my card"));
  EXPECT_EQ(vectors("ＰＩＮ"), vectors("pin"));
}

TEST(NgramVectors, a_text_without_words_is_zero) {
  const NgramVectors vectors(kTexts);
  for (const char* text : {"", " \n", "\xEF\xBB\xBF"})
    EXPECT_TRUE(std::ranges::all_of(vectors(text), [](float value) { return value == 0; }));
}
