#include "metrics/ranking.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Marks = std::vector<uint8_t>;
using Floats = std::vector<float>;

const Marks kList = {0, 1, 0, 1, 0};  // relevant at places 2 and 4; a third relevant item is not in the list

TEST(Ranking, a_worked_list) {
  EXPECT_EQ(hit_rate_at(kList, 1), 0);
  EXPECT_EQ(hit_rate_at(kList, 2), 1);
  EXPECT_DOUBLE_EQ(recall_at(kList, 3, 2), 1.0 / 3);
  EXPECT_DOUBLE_EQ(recall_at(kList, 3, 100), 2.0 / 3);
  EXPECT_DOUBLE_EQ(reciprocal_rank(kList), 0.5);
  EXPECT_DOUBLE_EQ(average_precision(kList, 3), (1.0 / 2 + 2.0 / 4) / 3);
}

TEST(Ranking, a_worked_ndcg_with_graded_gains) {
  // DCG = 1 + 3 / log2(3), best order 3 + 1 / log2(3).
  const std::vector<double> gains = {1, 3, 0};
  EXPECT_NEAR(ndcg_at(gains, 3), (1 + 3 / std::log2(3)) / (3 + 1 / std::log2(3)), 1e-12);
  EXPECT_NEAR(ndcg_at(gains, 1), 1.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(ndcg_at(std::vector<double>{3, 1, 0}, 10), 1);
}

TEST(Ranking, lists_without_anything_relevant_earn_0) {
  const Marks none = {0, 0};
  EXPECT_EQ(hit_rate_at(none, 2), 0);
  EXPECT_EQ(reciprocal_rank(none), 0);
  EXPECT_EQ(average_precision(none, 0), 0);
  EXPECT_EQ(recall_at(none, 0, 2), 0);
  EXPECT_EQ(ndcg_at(std::vector<double>{0, 0}, 2), 0);
  EXPECT_EQ(ndcg_at({}, 5), 0);
  EXPECT_EQ(average_precision({}, 4), 0);
}

TEST(Ranking, order_is_by_score_and_stable) {
  EXPECT_EQ(order_by_score(Floats{1, 3, 3, 2}), (std::vector<size_t>{1, 2, 3, 0}));
}

TEST(Ranking, equal_scores_stand_before_the_target) {
  EXPECT_EQ(rank_of(Floats{0.2f, 0.9f, 0.5f}, 1), 1);
  EXPECT_EQ(rank_of(Floats{0.2f, 0.9f, 0.5f}, 0), 3);
  EXPECT_EQ(rank_of(Floats{1, 1, 1, 1}, 0), 4);
}

TEST(Ranking, a_summary_of_ranks_equals_the_lists) {
  const std::vector<int64_t> ranks = {1, 3, 20};
  const RankSummary summary = summarise_ranks(ranks, 10);
  EXPECT_DOUBLE_EQ(summary.hit_rate, 2.0 / 3);
  EXPECT_DOUBLE_EQ(summary.ndcg, (1 + 0.5) / 3);
  EXPECT_DOUBLE_EQ(summary.mrr, (1 + 1.0 / 3 + 1.0 / 20) / 3);
  EXPECT_DOUBLE_EQ(ndcg_at(std::vector<double>{0, 0, 1}, 10), 0.5);
  EXPECT_EQ(summarise_ranks({}, 10).mrr, 0);
}

TEST(Ranking, a_worked_auc_with_a_tie) {
  // Pairs: (0.8 > 0.3), (0.8 > 0.5), (0.5 > 0.3), (0.5 = 0.5): 3.5 of 4.
  EXPECT_DOUBLE_EQ(*auc(Floats{0.8f, 0.5f, 0.5f, 0.3f}, Marks{1, 1, 0, 0}), 3.5 / 4);
}

TEST(Ranking, auc_of_perfect_reversed_and_constant_scores) {
  EXPECT_EQ(*auc(Floats{3, 2, 1}, Marks{1, 0, 0}), 1);
  EXPECT_EQ(*auc(Floats{3, 2, 1}, Marks{0, 0, 1}), 0);
  EXPECT_EQ(*auc(Floats{2, 2, 2}, Marks{0, 1, 1}), 0.5);
  EXPECT_FALSE(auc(Floats{1, 2}, Marks{1, 1}).has_value());
  EXPECT_FALSE(auc({}, {}).has_value());
}

TEST(Ranking, auc_equals_counting_pairs) {
  Random random(31);
  Floats scores;
  Marks labels;
  for (int i = 0; i < 120; ++i) {
    scores.push_back(static_cast<float>(random.below(20)));
    labels.push_back(random.uniform() < 0.3);
  }
  double won = 0, pairs = 0;
  for (size_t p = 0; p < scores.size(); ++p) {
    for (size_t n = 0; n < scores.size(); ++n) {
      if (labels[p] == 0 || labels[n] == 1) continue;
      won += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
      ++pairs;
    }
  }
  EXPECT_NEAR(*auc(scores, labels), won / pairs, 1e-12);
}

TEST(Ranking, grouped_auc_weighs_groups_by_rows_and_skips_those_of_one_class) {
  // Group 7: 1 over 2 rows; group 8: 0.5 over 4 rows; group 9 has no negative.
  const Floats scores = {2, 1, 5, 5, 5, 5, 9};
  const Marks labels = {1, 0, 1, 0, 1, 0, 1};
  const std::vector<int64_t> groups = {7, 7, 8, 8, 8, 8, 9};
  const GroupedAuc result = grouped_auc(scores, labels, groups);
  EXPECT_DOUBLE_EQ(*result.value, (2 * 1.0 + 4 * 0.5) / 6);
  EXPECT_EQ(result.groups, 2);
  EXPECT_EQ(result.skipped, 1);
  EXPECT_FALSE(grouped_auc({}, {}, {}).value.has_value());
}

TEST(Ranking, refuses_what_cannot_be) {
  EXPECT_REFUSED(hit_rate_at(kList, 0), "k: expected at least 1, found 0");
  EXPECT_REFUSED(recall_at(kList, 1, 5), "relevant items in all: expected at least 2, found 1");
  EXPECT_REFUSED(ndcg_at(std::vector<double>{-1}, 1), "gain");
  EXPECT_REFUSED(auc(Floats{1}, Marks{}), "found 1 and 0");
  EXPECT_REFUSED(auc(Floats{NAN, 1}, (Marks{0, 1})), "expected a finite number");
  EXPECT_REFUSED(rank_of(Floats{}, 0), "target");
  EXPECT_REFUSED(summarise_ranks(std::vector<int64_t>{0}, 5), "rank: expected at least 1");
}

}  // namespace
}  // namespace heed::metrics
