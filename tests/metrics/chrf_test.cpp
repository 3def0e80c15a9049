#include "metrics/chrf.h"

#include <gtest/gtest.h>

#include "metrics/error_matchers.h"
#include "metrics/shared_lines.h"

namespace heed::metrics {
namespace {

using Lines = std::vector<std::string>;

double chrf3(const Lines& hypotheses, const Lines& references) {
  return corpus_chrf(hypotheses, references, {.beta = 3}).score;
}

TEST(Chrf, equals_the_figures_that_sacrebleu_publishes) {
  const Lines hypotheses = {"The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."};
  const std::vector<Lines> sets = {
      {"The dog bit the man.", "It was not unexpected.", "The man bit him first."},
      {"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."}};
  const ChrfScore score = corpus_chrf(hypotheses, sets);
  EXPECT_NEAR(score.score, 59.73, 0.005);
  EXPECT_EQ(score.name, "chrF2");
  EXPECT_EQ(score.signature, "nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no");

  EXPECT_DOUBLE_EQ(chrf3({"a"}, {"a"}), 100);
  EXPECT_DOUBLE_EQ(chrf3({"a b c"}, {"abc"}), 100);
  EXPECT_DOUBLE_EQ(chrf3({"a", "b"}, {"a", "c"}), 50);
  EXPECT_DOUBLE_EQ(chrf3({"aa"}, {"ab"}), 25);
  EXPECT_DOUBLE_EQ(chrf3({""}, {"reference"}), 0);
}

TEST(Chrf, counts_white_space_where_asked_as_published) {
  const Lines hypothesis = {
      "risk assessment must be made of those who are qualified and expertise in the sector - these are the "
      "scientists ."};
  const Lines reference = {
      "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the "
      "scientists ."};
  const ChrfScore score = corpus_chrf(hypothesis, reference, {.beta = 3, .whitespace = true});
  EXPECT_NEAR(score.score, 65.2414427, 1e-6);
  EXPECT_EQ(score.signature, "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:yes");
}

TEST(Chrf, a_worked_example_of_two_orders) {
  // "abc" against "abd": 1-grams 2 of 3, 2-grams 1 of 2 on both sides, so P = R = F = 7/12.
  EXPECT_NEAR(corpus_chrf(Lines{"abc"}, Lines{"abd"}, {.character_order = 2}).score, 100 * 7.0 / 12, 1e-12);
}

TEST(Chrf, recall_weighs_beta_squared_as_much) {
  // "ab" against "abcd": P = (1 + 1) / 2, R = (2/4 + 1/3) / 2 = 5/12; F2 = 5 P R / (4 P + R) = 25/53.
  EXPECT_NEAR(corpus_chrf(Lines{"ab"}, Lines{"abcd"}, {.character_order = 2}).score, 100 * 25.0 / 53, 1e-12);
}

TEST(Chrf, plus_plus_parts_one_mark_from_a_word) {
  // Words "(hi", ")" on both sides but for the second word: 2 of 3 words agree.
  const ChrfOptions words_only = {.character_order = 0, .word_order = 1};
  EXPECT_NEAR(corpus_chrf(Lines{"(hi) you"}, Lines{"(hi) me"}, words_only).score, 100 * 2.0 / 3, 1e-12);
  EXPECT_EQ(sentence_chrf("a", "a", {.word_order = 2}).name, "chrF2++");
}

TEST(Chrf, each_line_counts_against_its_best_reference) {
  const std::vector<Lines> sets = {{"没有关系"}, {"今天很好"}};
  EXPECT_DOUBLE_EQ(corpus_chrf(Lines{"今天很好"}, sets).score, 100);
}

TEST(Chrf, chinese_is_counted_by_character_not_by_byte) {
  // 1-grams 2 of 3, 2-grams 1 of 2.
  EXPECT_NEAR(corpus_chrf(Lines{"你好吗"}, Lines{"你好啊"}, {.character_order = 2}).score, 100 * 7.0 / 12,
              1e-12);
}

TEST(Chrf, no_lines_and_empty_lines_score_0) {
  EXPECT_EQ(corpus_chrf(Lines{}, Lines{}).score, 0);
  EXPECT_EQ(corpus_chrf(Lines{""}, Lines{""}).score, 0);
  EXPECT_EQ(corpus_chrf(Lines{"a"}, Lines{""}).score, 0);
}

TEST(Chrf, refuses_options_out_of_range_and_files_of_different_length) {
  EXPECT_REFUSED(corpus_chrf(Lines{"a"}, Lines{"a"}, {.character_order = 0}), "found 0 and 0");
  EXPECT_REFUSED(corpus_chrf(Lines{"a"}, Lines{"a"}, {.character_order = 15, .word_order = 2}),
                 "found 15 and 2");
  EXPECT_REFUSED(corpus_chrf(Lines{"a"}, Lines{"a"}, {.beta = 0}), "beta above 0");
  EXPECT_REFUSED(corpus_chrf(Lines{"a"}, Lines{}), "found 1 hypotheses and 0 references");
}

// Expected values come from an independent program.
TEST(Chrf, equals_an_independent_program_on_real_german_and_chinese) {
  const Lines german = shared_lines("translation/multi30k_en_de/val.de"), chinese = shared_chinese_lines();
  if (german.empty() || chinese.empty()) GTEST_SKIP() << "no shared data";
  EXPECT_NEAR(corpus_chrf(with_mistakes(german), german).score, 88.80555584002452, 1e-9);
  EXPECT_NEAR(corpus_chrf(with_mistakes(german), german, {.word_order = 2}).score, 87.73972690611224, 1e-9);
  EXPECT_NEAR(corpus_chrf(with_other_ends(chinese), chinese).score, 45.96514577450361, 1e-9);
  EXPECT_NEAR(corpus_chrf(with_other_ends(chinese), chinese, {.word_order = 2}).score, 35.05367877438879,
              1e-9);
}

}  // namespace
}  // namespace heed::metrics
