#include "search/ranking.h"

#include <algorithm>
#include <cmath>

namespace heed::search {

std::vector<double> bm25_scores(const PassageTable& table,
                                std::span<const std::shared_ptr<const Postings>> terms, const Bm25& bm25) {
  const std::array<double, kFields> weights = {bm25.title_weight, bm25.questions_weight, bm25.text_weight};
  std::vector<double> scores(table.ids.size());
  for (const std::shared_ptr<const Postings>& postings : terms) {
    const auto with = static_cast<double>(postings->size());
    const double rarity = std::log(1 + (static_cast<double>(scores.size()) - with + 0.5) / (with + 0.5));
    for (const Posting& posting : *postings) {
      double weight = 0;
      for (size_t field = 0; field < kFields; ++field) {
        if (posting.counts[field] == 0) continue;
        const double length = table.lengths[posting.row][field] / table.mean_lengths[field];
        weight += weights[field] * posting.counts[field] / std::max(1e-9, 1 - bm25.b + bm25.b * length);
      }
      if (weight > 0) scores[posting.row] += rarity * weight * (bm25.k1 + 1) / (bm25.k1 + weight);
    }
  }
  return scores;
}

Hits best_rows(const PassageTable& table, std::span<const double> scores, const std::vector<bool>& wanted,
               int64_t limit) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < scores.size(); ++row) {
    if (scores[row] > 0 && (wanted.empty() || wanted[row])) rows.push_back(row);
  }
  const auto taken = rows.begin() + std::min<int64_t>(limit, static_cast<int64_t>(rows.size()));
  // Rows run in the order of ids.
  std::partial_sort(rows.begin(), taken, rows.end(), [&](uint32_t a, uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  Hits hits;
  for (auto row = rows.begin(); row != taken; ++row) hits.push_back({table.ids[*row], scores[*row]});
  return hits;
}

}  // namespace heed::search
