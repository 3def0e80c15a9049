#include "metrics/bleu.h"

#include <cmath>

#include <gtest/gtest.h>

#include "metrics/error_matchers.h"
#include "metrics/shared_lines.h"

namespace heed::metrics {
namespace {

using Lines = std::vector<std::string>;

// The example of sacreBLEU's own README, whose figures it publishes.
const Lines kHypotheses = {"The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."};
const std::vector<Lines> kReferenceSets = {
    {"The dog bit the man.", "It was not unexpected.", "The man bit him first."},
    {"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."},
};

double published(BleuTokenizer tokenizer) {
  return corpus_bleu(kHypotheses, kReferenceSets, {.tokenizer = tokenizer}).score;
}

TEST(Bleu, equals_the_figures_that_sacrebleu_publishes) {
  EXPECT_NEAR(published(BleuTokenizer::v13a), 48.530827, 1e-6);
  EXPECT_NEAR(published(BleuTokenizer::none), 49.1919566, 1e-6);
  EXPECT_NEAR(published(BleuTokenizer::intl), 43.91623493, 1e-6);
}

TEST(Bleu, prints_the_line_and_the_signature_of_sacrebleu) {
  const BleuScore score = corpus_bleu(kHypotheses, kReferenceSets);
  EXPECT_EQ(score.to_string(),
            "BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)");
  EXPECT_EQ(score.signature, "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp");
  const BleuScore lower =
      corpus_bleu(kHypotheses, kReferenceSets[0], {.tokenizer = BleuTokenizer::zh, .lowercase = true});
  EXPECT_EQ(lower.signature, "nrefs:1|case:lc|eff:no|tok:zh|smooth:exp");
}

TEST(Bleu, a_worked_example_with_smoothing_and_brevity) {
  // "the cat sat down" against "the cat sat on the mat": 1-grams 3 of 4, 2-grams 2 of 3, 3-grams 1 of 2,
  // 4-grams 0 of 1, which exp smoothing makes 1/2 of 1; brevity exp(1 - 6/4).
  const Lines hypothesis = {"the cat sat down"}, reference = {"the cat sat on the mat"};
  const BleuScore score = corpus_bleu(hypothesis, reference);
  const double mean = std::pow(3.0 / 4 * 2 / 3 * 1 / 2 * 1 / 2, 0.25);
  EXPECT_NEAR(score.score, 100 * std::exp(-0.5) * mean, 1e-9);
  EXPECT_DOUBLE_EQ(score.precisions[3], 50);
  EXPECT_EQ(score.hypothesis_length, 4);
  EXPECT_EQ(score.reference_length, 6);
}

TEST(Bleu, a_second_order_without_match_is_smoothed_by_a_quarter) {
  // "a b x c d" against "a b y c d": 4 of 5, 2 of 4, then none of 3 (1/2) and none of 2 (1/4).
  const Lines hypothesis = {"a b x c d"}, reference = {"a b y c d"};
  const BleuScore score = corpus_bleu(hypothesis, reference);
  EXPECT_NEAR(score.precisions[2], 100 * 0.5 / 3, 1e-12);
  EXPECT_NEAR(score.precisions[3], 100 * 0.25 / 2, 1e-12);
}

TEST(Bleu, repeated_words_count_no_more_often_than_in_the_reference) {
  const BleuStatistics statistics = bleu_statistics("the the the the", Lines{"the cat and the dog"});
  EXPECT_EQ(statistics.matches[0], 2);
  EXPECT_EQ(statistics.totals[0], 4);
}

TEST(Bleu, of_two_references_equally_near_the_shorter_length_counts) {
  EXPECT_EQ(bleu_statistics("a b c", Lines{"a b c d", "a b"}).reference_length, 2);
}

TEST(Bleu, a_text_against_itself_scores_100_in_chinese_and_english) {
  const Lines english = {"He bought 3.5 pounds of it .", "Fine , thanks a lot ."},
              chinese = {"今天天气很好。", "我们去公园吧。"};
  EXPECT_NEAR(corpus_bleu(english, english).score, 100, 1e-9);
  EXPECT_NEAR(corpus_bleu(chinese, chinese, {.tokenizer = BleuTokenizer::zh}).score, 100, 1e-9);
}

TEST(Bleu, nothing_in_common_empty_lines_and_no_lines_score_0) {
  EXPECT_EQ(corpus_bleu(Lines{"a b c d"}, Lines{"e f g h"}).score, 0);
  const BleuScore empty = corpus_bleu(Lines{"", ""}, Lines{"a b", "c"});
  EXPECT_EQ(empty.score, 0);
  EXPECT_EQ(empty.brevity_penalty, 0);
  EXPECT_EQ(corpus_bleu(Lines{}, Lines{}).score, 0);
}

TEST(Bleu, short_lines_score_0_unless_the_order_is_effective) {
  const Lines two_words = {"a test"};
  EXPECT_EQ(corpus_bleu(two_words, two_words).score, 0);
  EXPECT_NEAR(sentence_bleu("a test", "a test").score, 100, 1e-9);
  // sacreBLEU publishes 36.78794411714425 for this one: exp(1 - 2/1).
  EXPECT_NEAR(sentence_bleu("test", "a test").score, 36.78794411714425, 1e-9);
}

TEST(Bleu, lower_case_is_that_of_unicode) {
  const Lines upper = {"ÄRGER ÜBER ALLES IST GROSS"}, lower = {"ärger über alles ist gross"};
  EXPECT_EQ(corpus_bleu(upper, lower).score, 0);
  EXPECT_NEAR(corpus_bleu(upper, lower, {.lowercase = true}).score, 100, 1e-9);
}

TEST(Bleu, statistics_by_line_add_up_to_the_corpus) {
  BleuStatistics sums;
  for (const auto& row : bleu_statistics_by_line(kHypotheses, kReferenceSets[0])) sums += row;
  EXPECT_DOUBLE_EQ(bleu_from_statistics(sums).score, corpus_bleu(kHypotheses, kReferenceSets[0]).score);
}

TEST(Bleu, refuses_files_of_different_length_and_no_reference) {
  EXPECT_REFUSED(corpus_bleu(Lines{"a", "b"}, Lines{"a"}), "found 2 hypotheses and 1 references");
  EXPECT_REFUSED(corpus_bleu(Lines{"a"}, std::vector<Lines>{}), "at least one reference");
  EXPECT_REFUSED(corpus_bleu(Lines{"a"}, (std::vector<Lines>{{"a"}, {}})),
                 "found 1 hypotheses and 0 references");
}

// Expected values of the next two come from an independent program with regular expressions.
TEST(Bleu, equals_an_independent_program_on_real_german) {
  const Lines references = shared_lines("translation/multi30k_en_de/val.de");
  if (references.empty()) GTEST_SKIP() << "no shared data";
  const Lines hypotheses = with_mistakes(references);
  const auto score = [&](BleuTokenizer tokenizer, bool lowercase) {
    return corpus_bleu(hypotheses, references, {.tokenizer = tokenizer, .lowercase = lowercase});
  };
  const BleuScore usual = score(BleuTokenizer::v13a, false);
  EXPECT_NEAR(usual.score, 74.76391988319469, 1e-9);
  EXPECT_EQ(usual.hypothesis_length, 12711);
  EXPECT_EQ(usual.reference_length, 12825);
  EXPECT_NEAR(score(BleuTokenizer::v13a, true).score, 74.76835178219655, 1e-9);
  EXPECT_NEAR(score(BleuTokenizer::intl, false).score, 75.35300462275521, 1e-9);
  EXPECT_NEAR(score(BleuTokenizer::none, false).score, 69.95568267545944, 1e-9);
  EXPECT_NEAR(score(BleuTokenizer::character, true).score, 92.42495971217537, 1e-9);
}

TEST(Bleu, equals_an_independent_program_on_real_chinese) {
  const Lines references = shared_chinese_lines();
  if (references.empty()) GTEST_SKIP() << "no shared data";
  const Lines hypotheses = with_other_ends(references);
  const auto score = [&](BleuTokenizer tokenizer) {
    return corpus_bleu(hypotheses, references, {.tokenizer = tokenizer}).score;
  };
  EXPECT_NEAR(score(BleuTokenizer::zh), 56.655650115684566, 1e-9);
  EXPECT_NEAR(score(BleuTokenizer::intl), 8.209904348129022, 1e-9);
  EXPECT_NEAR(score(BleuTokenizer::character), 56.932028716536024, 1e-9);
  EXPECT_EQ(score(BleuTokenizer::v13a), 0);
}

}  // namespace
}  // namespace heed::metrics
