#include "metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

size_t cut(size_t size, int64_t k) {
  require_at_least("ranking: k", k, 1);
  return std::min(size, static_cast<size_t>(k));
}

double discounted_gain(std::span<const double> gains, size_t places) {
  double sum = 0;
  for (size_t i = 0; i < places; ++i) sum += gains[i] / std::log2(static_cast<double>(i) + 2);
  return sum;
}

int64_t count_relevant(std::span<const uint8_t> relevance) {
  return std::accumulate(relevance.begin(), relevance.end(), int64_t{0});
}

// Sum of the positives' ranks from the lowest score up, equal scores sharing the mean of their ranks.
double positive_rank_sum(std::span<const float> scores, std::span<const uint8_t> labels) {
  const std::vector<size_t> order = order_by_score(scores);
  double sum = 0;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    int64_t positives = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end)
      positives += labels[order[end]];
    // Places begin..end-1 from the top are ranks n-end+1..n-begin from the bottom.
    const double shared = static_cast<double>(2 * order.size() + 1 - begin - end) / 2;
    sum += shared * static_cast<double>(positives);
    begin = end;
  }
  return sum;
}

}  // namespace

double hit_rate_at(std::span<const uint8_t> relevance, int64_t k) {
  require_binary("hit rate", relevance);
  return count_relevant(relevance.first(cut(relevance.size(), k))) > 0 ? 1 : 0;
}

double recall_at(std::span<const uint8_t> relevance, int64_t relevant_total, int64_t k) {
  require_binary("recall", relevance);
  require_at_least("recall: relevant items in all", relevant_total, count_relevant(relevance));
  const int64_t found = count_relevant(relevance.first(cut(relevance.size(), k)));
  return relevant_total == 0 ? 0 : static_cast<double>(found) / static_cast<double>(relevant_total);
}

double reciprocal_rank(std::span<const uint8_t> relevance) {
  require_binary("reciprocal rank", relevance);
  const auto first = std::find(relevance.begin(), relevance.end(), 1);
  return first == relevance.end() ? 0 : 1 / static_cast<double>(first - relevance.begin() + 1);
}

double average_precision(std::span<const uint8_t> relevance, int64_t relevant_total) {
  require_binary("average precision", relevance);
  require_at_least("average precision: relevant items in all", relevant_total, count_relevant(relevance));
  double sum = 0;
  int64_t found = 0;
  for (size_t i = 0; i < relevance.size(); ++i) {
    if (relevance[i] == 1) sum += static_cast<double>(++found) / static_cast<double>(i + 1);
  }
  return relevant_total == 0 ? 0 : sum / static_cast<double>(relevant_total);
}

double ndcg_at(std::span<const double> gains, int64_t k) {
  const size_t places = cut(gains.size(), k);
  for (double gain : gains) require_in_range("NDCG: gain", gain, 0, 1e15);
  std::vector<double> best(gains.begin(), gains.end());
  std::sort(best.begin(), best.end(), std::greater<>());
  const double ideal = discounted_gain(best, places);
  return ideal == 0 ? 0 : discounted_gain(gains, places) / ideal;
}

std::vector<size_t> order_by_score(std::span<const float> scores) {
  require_finite("ranking: scores", scores);
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

int64_t rank_of(std::span<const float> scores, size_t target) {
  require_in_range("rank: target", static_cast<double>(target), 0, static_cast<double>(scores.size()) - 1);
  require_finite("rank: scores", scores);
  // The target is one of those not below it.
  return std::count_if(scores.begin(), scores.end(), [&](float s) { return s >= scores[target]; });
}

RankSummary summarise_ranks(std::span<const int64_t> ranks, int64_t k) {
  require_at_least("rank summary: k", k, 1);
  RankSummary summary;
  if (ranks.empty()) return summary;
  for (int64_t rank : ranks) {
    require_at_least("rank summary: rank", rank, 1);
    summary.mrr += 1 / static_cast<double>(rank);
    if (rank > k) continue;
    summary.hit_rate += 1;
    summary.ndcg += 1 / std::log2(static_cast<double>(rank) + 1);
  }
  const auto count = static_cast<double>(ranks.size());
  return {summary.hit_rate / count, summary.ndcg / count, summary.mrr / count};
}

std::optional<double> auc(std::span<const float> scores, std::span<const uint8_t> labels) {
  require_equal_lengths("AUC", scores.size(), labels.size());
  require_binary("AUC: labels", labels);
  const auto positives = static_cast<double>(count_relevant(labels));
  const double negatives = static_cast<double>(labels.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  // Mann-Whitney: the rank sum less what the positives among themselves make up.
  return (positive_rank_sum(scores, labels) - positives * (positives + 1) / 2) / (positives * negatives);
}

GroupedAuc grouped_auc(std::span<const float> scores, std::span<const uint8_t> labels,
                       std::span<const int64_t> groups) {
  require_equal_lengths("grouped AUC", scores.size(), labels.size());
  require_equal_lengths("grouped AUC: groups", scores.size(), groups.size());
  struct Group {
    std::vector<float> scores;
    std::vector<uint8_t> labels;
  };
  std::map<int64_t, Group> members;
  for (size_t i = 0; i < groups.size(); ++i) {
    members[groups[i]].scores.push_back(scores[i]);
    members[groups[i]].labels.push_back(labels[i]);
  }
  GroupedAuc result;
  double sum = 0, weight = 0;
  for (const auto& [id, group] : members) {
    const auto value = auc(group.scores, group.labels);
    if (!value) {
      ++result.skipped;
      continue;
    }
    ++result.groups;
    sum += *value * static_cast<double>(group.scores.size());
    weight += static_cast<double>(group.scores.size());
  }
  if (result.groups > 0) result.value = sum / weight;
  return result;
}

}  // namespace heed::metrics
