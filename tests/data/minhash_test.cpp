#include "data/minhash.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "files.h"

namespace heed::data {
namespace {

using testing::ElementsAre;
using Groups = std::vector<std::vector<size_t>>;

TEST(ShingleSimilarity, is_the_jaccard_index_of_character_triples) {
  EXPECT_DOUBLE_EQ(shingle_similarity("abcd", "bcde"), 1.0 / 3);  // abc bcd | bcd cde
  EXPECT_DOUBLE_EQ(shingle_similarity("我想冻结卡", "我想冻结卡片"), 3.0 / 4);
  EXPECT_DOUBLE_EQ(shingle_similarity("Same  Text", "same text"), 1);
  EXPECT_DOUBLE_EQ(shingle_similarity("", ""), 0);
  EXPECT_DOUBLE_EQ(shingle_similarity("ok", "OK"), 1);
}

TEST(NearDuplicates, are_found_in_both_languages_and_listed_in_order) {
  const std::vector<std::string> texts = {
      "How do I block my lost card in the app?",
      "请问怎么在手机银行里冻结我丢失的银行卡",
      "A text that nothing else here is like",
      "How do I block my lost card in the app",
      "请问怎么在手机银行里冻结我丢失的银行卡？",
      "",
      "",
  };
  EXPECT_EQ(near_duplicates(texts), (Groups{{0, 3}, {1, 4}}));
}

// Random texts and, for each, a copy with a few characters changed.
std::vector<std::string> pairs_of_texts(int count, size_t length, size_t edits) {
  Random random(11);
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (size_t k = 0; k < length; ++k) text += static_cast<char>('a' + random.below(26));
    texts.push_back(text);
    for (size_t k = 0; k < edits; ++k) text[random.below(length)] = static_cast<char>('a' + random.below(26));
    texts.push_back(text);
  }
  return texts;
}

TEST(NearDuplicates, equal_the_exact_answer_but_for_a_rare_miss) {
  const std::vector<std::string> texts = pairs_of_texts(300, 100, 4);
  const Groups groups = near_duplicates(texts);
  size_t alike = 0, found = 0;
  for (size_t i = 0; i < texts.size(); i += 2) {
    const bool is_pair = shingle_similarity(texts[i], texts[i + 1]) >= 0.8;
    const bool is_found =
        std::find(groups.begin(), groups.end(), std::vector<size_t>{i, i + 1}) != groups.end();
    EXPECT_LE(is_found, is_pair) << "each pair is verified exactly";
    alike += is_pair;
    found += is_found;
  }
  EXPECT_GT(alike, 50u);
  EXPECT_LT(alike, 300u) << "some pairs must lie under the threshold";
  EXPECT_GE(found * 100, alike * 97);
}

TEST(NearDuplicates, a_lower_threshold_finds_more) {
  const std::vector<std::string> texts = pairs_of_texts(100, 100, 10);
  EXPECT_LT(near_duplicates(texts, {.threshold = 0.9}).size(), 10u);
  EXPECT_GT(near_duplicates(texts, {.threshold = 0.4}).size(), 90u);
}

TEST(NearDuplicates, many_equal_texts_are_one_group) {
  const std::vector<std::string> texts(500, "同一句话，说了很多遍");
  const Groups groups = near_duplicates(texts);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].size(), 500u);
}

TEST(NearDuplicateMemory, finds_what_was_said_and_forgets_it) {
  NearDuplicateMemory memory;
  memory.add(1, "Nokia's new phone is a disappointment to everyone who waited for it");
  memory.add(2, "诺基亚的新手机让所有等待的人都很失望，大家不要买");
  EXPECT_EQ(memory.find("Nokia's new phone is a disappointment to everyone who waited for it!"), 1u);
  EXPECT_EQ(memory.find("诺基亚的新手机让所有等待的人都很失望，大家不要买！"), 2u);
  EXPECT_EQ(memory.find("Something else altogether"), std::nullopt);
  EXPECT_EQ(memory.find(""), std::nullopt);
  memory.forget_before(2);
  EXPECT_EQ(memory.size(), 1u);
  EXPECT_EQ(memory.find("Nokia's new phone is a disappointment to everyone who waited for it"), std::nullopt);
  EXPECT_EQ(memory.find("诺基亚的新手机让所有等待的人都很失望，大家不要买"), 2u);
  memory.forget_before(9);
  EXPECT_EQ(memory.size(), 0u);
}

TEST(NearDuplicateMemory, finds_as_the_batch_does) {
  const std::vector<std::string> texts = pairs_of_texts(200, 60, 1);
  NearDuplicateMemory memory;
  size_t found = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    found += memory.find(texts[i]).has_value();
    memory.add(i, texts[i]);
  }
  EXPECT_EQ(found, near_duplicates(texts).size());
}

TEST(NearDuplicates, impossible_options_are_refused) {
  EXPECT_NE(error_of(ErrorCode::invalid_argument, [] { near_duplicates({"a"}, {.threshold = 0}); }), "");
  EXPECT_NE(error_of(ErrorCode::invalid_argument, [] { near_duplicates({"a"}, {.shingle = 0}); }), "");
}

}  // namespace
}  // namespace heed::data
