#include "apps/support/suspects.h"

#include <algorithm>

namespace heed::apps::support {

std::vector<Suspect> find_suspects(const CrossValidation& validation) {
  const size_t classes = validation.intents.size();
  std::vector<double> thresholds(classes), counts(classes);
  for (size_t i = 0; i < validation.labels.size(); ++i) {
    const auto given = static_cast<size_t>(validation.labels[i]);
    thresholds[given] += validation.row(i)[given];
    ++counts[given];
  }
  for (size_t y = 0; y < classes; ++y) thresholds[y] /= std::max(1.0, counts[y]);
  std::vector<Suspect> suspects;
  for (size_t i = 0; i < validation.labels.size(); ++i) {
    const float* row = validation.row(i);
    const auto given = static_cast<size_t>(validation.labels[i]);
    const auto likeliest = static_cast<size_t>(std::max_element(row, row + classes) - row);
    if (likeliest == given || row[likeliest] < thresholds[likeliest] || row[given] >= thresholds[given])
      continue;
    suspects.push_back({i, static_cast<int32_t>(likeliest), row[given], row[likeliest]});
  }
  const auto by_surest = [](const Suspect& suspect) {
    return suspect.given_probability - suspect.predicted_probability;
  };
  std::ranges::stable_sort(suspects, {}, by_surest);
  return suspects;
}

}  // namespace heed::apps::support
