#include "metrics/bleu_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

auto v13a(std::string_view text) { return bleu_tokens(text, BleuTokenizer::v13a); }
auto zh(std::string_view text) { return bleu_tokens(text, BleuTokenizer::zh); }
auto intl(std::string_view text) { return bleu_tokens(text, BleuTokenizer::intl); }

TEST(BleuTokenizer, v13a_sets_punctuation_apart_and_keeps_numbers_whole) {
  EXPECT_THAT(v13a("It cost $3.50, or 1,000 yen."),
              ElementsAre("It", "cost", "$", "3.50", ",", "or", "1,000", "yen", "."));
}

TEST(BleuTokenizer, v13a_keeps_apostrophes_and_hyphens_but_parts_a_dash_after_a_digit) {
  EXPECT_THAT(v13a("It wasn't well-known in 1990-95."),
              ElementsAre("It", "wasn't", "well-known", "in", "1990", "-", "95", "."));
}

TEST(BleuTokenizer, v13a_parts_a_final_period_from_a_year) {
  EXPECT_THAT(v13a("in 1999."), ElementsAre("in", "1999", "."));
}

TEST(BleuTokenizer, v13a_uses_up_dots_in_pairs) {
  EXPECT_THAT(v13a("wait... what"), ElementsAre("wait", ".", ".", ".", "what"));
  EXPECT_THAT(v13a("1.."), ElementsAre("1", ".", "."));
}

TEST(BleuTokenizer, v13a_reads_the_four_escapes_and_drops_skipped) {
  EXPECT_THAT(v13a("a &lt;b&gt; &amp;quot; &quot;c&quot; <skipped>d"),
              ElementsAre("a", "<", "b", ">", "&", "quot", ";", "\"", "c", "\"", "d"));
}

TEST(BleuTokenizer, v13a_leaves_marks_outside_ascii_on_their_words) {
  EXPECT_THAT(v13a("»Straße« — gut"), ElementsAre("»Straße«", "—", "gut"));
}

TEST(BleuTokenizer, zh_makes_every_chinese_character_and_mark_a_word) {
  EXPECT_THAT(zh("我有3.5个iPhone，真的。"),
              ElementsAre("我", "有", "3.5", "个", "iPhone", "，", "真", "的", "。"));
}

TEST(BleuTokenizer, zh_takes_general_punctuation_in_but_not_the_supplementary_planes) {
  EXPECT_THAT(zh("a“b”c"), ElementsAre("a", "“", "b", "”", "c"));
  EXPECT_THAT(zh("𠀀𠀁"), ElementsAre("𠀀𠀁"));
}

TEST(BleuTokenizer, intl_parts_punctuation_and_symbols_of_every_script) {
  EXPECT_THAT(intl("»Straße« 好，吗？ 5€"),
              ElementsAre("»", "Straße", "«", "好", "，", "吗", "？", "5", "€"));
  EXPECT_THAT(intl("in 1999."), ElementsAre("in", "1999."));
}

TEST(BleuTokenizer, char_makes_every_character_a_word_and_drops_white_space) {
  EXPECT_THAT(bleu_tokens("ab 好\t吗", BleuTokenizer::character), ElementsAre("a", "b", "好", "吗"));
}

TEST(BleuTokenizer, none_splits_at_every_kind_of_white_space) {
  EXPECT_THAT(bleu_tokens("a.\u00a0b\u3000c\x1f"
                          "d",
                          BleuTokenizer::none),
              ElementsAre("a.", "b", "c", "d"));
}

TEST(BleuTokenizer, nothing_but_white_space_has_no_words) {
  for (auto tokenizer : {BleuTokenizer::none, BleuTokenizer::v13a, BleuTokenizer::zh, BleuTokenizer::intl,
                         BleuTokenizer::character}) {
    EXPECT_THAT(bleu_tokens("", tokenizer), IsEmpty());
    EXPECT_THAT(bleu_tokens(" \t\u3000\n", tokenizer), IsEmpty());
  }
}

TEST(BleuTokenizer, broken_utf8_counts_as_the_replacement_character) {
  EXPECT_THAT(bleu_tokens("a \xff b", BleuTokenizer::none), ElementsAre("a", "\uFFFD", "b"));
}

TEST(BleuTokenizer, names_are_sacrebleus_and_read_back) {
  for (const char* name : {"none", "13a", "zh", "intl", "char"}) {
    EXPECT_EQ(name_of(parse_bleu_tokenizer(name)), name);
  }
  EXPECT_REFUSED(parse_bleu_tokenizer("13b"), "expected none, 13a, zh, intl or char, found '13b'");
}

}  // namespace
}  // namespace heed::metrics
