#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace heed::metrics {

// One ranked list: relevance of each place, best place first, 0 or 1 (or a gain for NDCG). Every function
// throws invalid_argument on k < 1 or values out of range. A list shorter than k counts as it is.

// 1 where one of the first k is relevant, else 0.
double hit_rate_at(std::span<const uint8_t> relevance, int64_t k);
// Relevant ones among the first k, divided by `relevant_total` (which may be more than the list holds); 0
// where that is 0.
double recall_at(std::span<const uint8_t> relevance, int64_t relevant_total, int64_t k);
// 1 / place of the first relevant one; 0 where there is none.
double reciprocal_rank(std::span<const uint8_t> relevance);
// Mean over the relevant items of the precision at their place; those missing from the list count 0.
double average_precision(std::span<const uint8_t> relevance, int64_t relevant_total);
// Sum of gain / log2(place + 1) over the first k, divided by that of the best order of the same gains; 0
// where no gain is positive.
double ndcg_at(std::span<const double> gains, int64_t k);

// Places by score, highest first, equal scores in the order given: turns scores into the lists above.
std::vector<size_t> order_by_score(std::span<const float> scores);

// Leave-one-out evaluation: one item is right among all those scored.
// Its place from 1; items with an equal score stand before it, so that a constant scorer earns nothing.
int64_t rank_of(std::span<const float> scores, size_t target);

struct RankSummary {
  double hit_rate = 0;  // HR@k
  double ndcg = 0;      // NDCG@k: 1 / log2(rank + 1) where rank <= k
  double mrr = 0;       // over all ranks, not cut at k
};
// Means over users, given the rank of each one's right item; no users give zeros.
RankSummary summarise_ranks(std::span<const int64_t> ranks, int64_t k);

// Area under the ROC curve: how often a positive scores above a negative, ties half. No value where one class
// is missing.
std::optional<double> auc(std::span<const float> scores, std::span<const uint8_t> labels);

// Mean over groups (users) of their AUC, weighted by the group's rows (arXiv:1706.06978 sec. 6.2). Groups of
// one class are left out.
struct GroupedAuc {
  std::optional<double> value;
  int64_t groups = 0;   // that counted
  int64_t skipped = 0;  // of one class
};
GroupedAuc grouped_auc(std::span<const float> scores, std::span<const uint8_t> labels,
                       std::span<const int64_t> groups);

}  // namespace heed::metrics
