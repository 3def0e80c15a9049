#include "metrics/significance.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Values = std::vector<double>;

// `rows` answers, right with the given probability.
Values answers(double probability, int rows, uint64_t seed) {
  Random random(seed);
  Values right;
  for (int i = 0; i < rows; ++i) right.push_back(random.uniform() < probability ? 1 : 0);
  return right;
}

PairedComparison compare(const Values& baseline, const Values& system) {
  return paired_bootstrap(baseline.size(), mean_of_rows(baseline), mean_of_rows(system));
}

TEST(Significance, a_system_against_itself_shows_no_difference) {
  const Values right = answers(0.7, 100, 1);
  const PairedComparison result = compare(right, right);
  EXPECT_EQ(result.p_value, 1);
  EXPECT_EQ(result.win_rate, 0);
  EXPECT_EQ(result.difference_interval.lower, 0);
  EXPECT_EQ(result.difference_interval.upper, 0);
}

TEST(Significance, a_clearly_better_system_is_found_and_its_gain_is_in_the_interval) {
  const Values weak = answers(0.6, 500, 1), strong = answers(0.8, 500, 2);
  const PairedComparison result = compare(weak, strong);
  EXPECT_LT(result.p_value, 0.01);
  EXPECT_GT(result.win_rate, 0.99);
  EXPECT_GT(result.difference_interval.lower, 0);
  EXPECT_LE(result.difference_interval.lower, result.system - result.baseline);
  EXPECT_GE(result.difference_interval.upper, result.system - result.baseline);
}

TEST(Significance, exchanging_the_systems_turns_the_sign_and_keeps_p) {
  const Values a = answers(0.6, 200, 3), b = answers(0.65, 200, 4);
  const PairedComparison forth = compare(a, b), back = compare(b, a);
  EXPECT_NEAR(forth.difference_interval.lower, -back.difference_interval.upper, 1e-12);
  EXPECT_NEAR(forth.p_value, back.p_value, 0.02);
}

TEST(Significance, equal_systems_are_rarely_called_different) {
  int called = 0;
  for (uint64_t run = 0; run < 100; ++run) {
    called += compare(answers(0.7, 100, 1000 + run), answers(0.7, 100, 2000 + run)).p_value < 0.05;
  }
  EXPECT_LE(called, 12);
}

TEST(Significance, corpus_bleu_and_chrf_of_all_rows_are_the_corpus_scores) {
  const std::vector<std::string> hypotheses = {"the cat sat on a mat", "a dog ran in the park today",
                                               "it is good"};
  const std::vector<std::string> references = {"the cat sat on the mat", "a dog ran in a park today",
                                               "it was good"};
  const auto bleu = bleu_statistics_by_line(hypotheses, references);
  const auto chrf = chrf_statistics_by_line(hypotheses, references);
  const std::vector<size_t> all = {0, 1, 2};
  EXPECT_DOUBLE_EQ(bleu_of_rows(bleu)(all), corpus_bleu(hypotheses, references).score);
  EXPECT_DOUBLE_EQ(chrf_of_rows(chrf)(all), corpus_chrf(hypotheses, references).score);
}

TEST(Significance, finds_the_better_translator_in_chinese) {
  std::vector<std::string> references, good, bad;
  for (int i = 0; i < 60; ++i) {
    const std::string subject = i % 2 == 0 ? "我们" : "他们";
    references.push_back(subject + "今天早上在公园里看见了" + std::to_string(i) + "只鸟。");
    good.push_back(subject + "今天早上在公园看见了" + std::to_string(i) + "只鸟。");
    bad.push_back(subject + "在公园里今天看到" + std::to_string(i) + "个鸟。");
  }
  const BleuOptions options = {.tokenizer = BleuTokenizer::zh};
  const auto weak = bleu_statistics_by_line(bad, references, options);
  const auto strong = bleu_statistics_by_line(good, references, options);
  const PairedComparison result = paired_bootstrap(references.size(), bleu_of_rows(weak, options),
                                                   bleu_of_rows(strong, options), {.resamples = 200});
  EXPECT_EQ(result.win_rate, 1);
  EXPECT_GT(result.difference_interval.lower, 0);
}

TEST(Significance, refuses_no_rows_and_no_resamples) {
  const Values none, one = {1};
  EXPECT_REFUSED(compare(none, none), "rows: expected at least 1");
  EXPECT_REFUSED(paired_bootstrap(1, mean_of_rows(one), mean_of_rows(one), {.resamples = 0}), "resamples");
}

}  // namespace
}  // namespace heed::metrics
