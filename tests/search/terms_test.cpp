#include "search/terms.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"

namespace heed::search {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Terms, english_words_are_lowered_and_lose_their_endings) {
  EXPECT_THAT(terms("How can I DELETE my accounts?"),
              ElementsAre("how", "can", "i", "delet", "my", "account"));
  EXPECT_THAT(terms("deleting, deleted; delete"), ElementsAre("delet", "delet", "delet"));
  EXPECT_THAT(terms("stopped stopping stops replies"), ElementsAre("stop", "stop", "stop", "reply"));
}

TEST(Terms, stems_keep_what_is_no_ending) {
  for (const char* word : {"bus", "pass", "this", "red", "ring", "king", "is", "us", "falling"}) {
    const std::string stem = english_stem(word);
    EXPECT_EQ(stem, std::string(word) == "falling" ? "fall" : word);
  }
}

TEST(Terms, chinese_gives_each_letter_and_each_pair) {
  EXPECT_THAT(terms("冻结账户"), ElementsAre("冻", "结", "冻结", "账", "结账", "户", "账户"));
  EXPECT_THAT(terms("账户，冻结"), ElementsAre("账", "户", "账户", "冻", "结", "冻结"));
}

TEST(Terms, mixed_scripts_are_cut_where_they_meet) {
  EXPECT_THAT(terms("用Visa卡付500元"), ElementsAre("用", "visa", "卡", "付", "卡付", "500", "元"));
  EXPECT_THAT(terms("안녕"), ElementsAre("안", "녕", "안녕"));
}

TEST(Terms, writings_of_one_word_are_one_term) {
  EXPECT_EQ(terms("Ｖｉｓａ"), terms("visa"));
  EXPECT_EQ(terms("Café"), terms("cafe"));
  EXPECT_EQ(terms("Cafe\xCC\x81"), terms("café"));
  EXPECT_EQ(terms("don't"), terms("dont"));
  EXPECT_EQ(terms("don’t"), terms("dont"));
  EXPECT_EQ(terms("Über"), terms("uber"));
}

TEST(Terms, emoji_and_symbols_give_none) {
  for (const char* text : {"", "   ", "😀👍🏽", "👨‍👩‍👧 ❤️",
                           "ℹ️ Ⓜ️ ㊗️ 🈳", "!!! … — « » “”", "1️⃣", "🇩🇪"}) {
    EXPECT_THAT(terms(text), IsEmpty()) << text;
  }
  EXPECT_THAT(terms("ok👍ok"), ElementsAre("ok", "ok"));
}

TEST(Terms, broken_utf8_gives_valid_terms) {
  const std::vector<std::string> found = terms(
      "lost\xFF"
      "card \xE5\x8D");
  EXPECT_THAT(found, Contains("lost"));
  for (const std::string& term : found) EXPECT_EQ(find_invalid_utf8(term), std::string::npos);
}

TEST(Terms, an_endless_word_is_cut) {
  const std::string word(50000, 'x');
  EXPECT_THAT(terms(word), ElementsAre(std::string(kMaxTermCharacters, 'x')));
}

}  // namespace
}  // namespace heed::search
