#include "train/folds.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.h"

namespace heed::train {
namespace {

using Rows = std::vector<size_t>;

// The head and the number of an example's first label.
std::pair<size_t, int64_t> stratum(const Example& example) {
  for (size_t h = 0; h < example.labels.size(); ++h) {
    if (example.labelled(h) && !example.labels[h].empty()) return {h, example.labels[h].front()};
  }
  return {example.labels.size(), 0};
}

}  // namespace

std::vector<int64_t> stratified_folds(const std::vector<Example>& examples, int64_t folds, uint64_t seed) {
  std::map<std::vector<int32_t>, Rows> rows_of_text;
  for (size_t i = 0; i < examples.size(); ++i) rows_of_text[examples[i].source].push_back(i);
  std::vector<Rows> groups;
  for (auto& [text, rows] : rows_of_text) groups.push_back(std::move(rows));
  Random(mix64(seed)).shuffle(groups);
  std::ranges::stable_sort(groups, {}, [&](const Rows& rows) { return stratum(examples[rows.front()]); });
  std::vector<int64_t> fold(examples.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const size_t row : groups[g]) fold[row] = static_cast<int64_t>(g) % folds;
  }
  return fold;
}

}  // namespace heed::train
