#include "metrics/slate.h"

#include <algorithm>
#include <vector>

#include "metrics/checks.h"
#include "metrics/intervals.h"

namespace heed::metrics {

OffPolicyEstimate slate_pseudo_inverse(const LoggedSlates& log, const OffPolicyOptions& options) {
  require_at_least("slate estimate: rows", static_cast<int64_t>(log.rewards.size()), 2);
  require_rows("slate estimate: propensities", log.propensities, log.rewards.size(), log.positions);
  require_rows("slate estimate: target", log.target_probabilities, log.rewards.size(), log.positions);
  require_finite("slate estimate: reward", log.rewards);
  require_probabilities("slate estimate: target probability", log.target_probabilities);
  for (const double p : log.propensities) require_in_range("slate estimate: propensity", p, 1e-12, 1);
  require_in_range("slate estimate: clip", options.clip, 1e-12, std::numeric_limits<double>::infinity());
  require_in_range("slate estimate: confidence", options.confidence, 1e-6, 1 - 1e-9);

  OffPolicyEstimate estimate;
  std::vector<double> contributions;
  double sum = 0, squares = 0, clipped = 0;
  for (size_t i = 0; i < log.rewards.size(); ++i) {
    double weight = 1.0 - static_cast<double>(log.positions);
    for (size_t k = i * static_cast<size_t>(log.positions); k < (i + 1) * static_cast<size_t>(log.positions);
         ++k) {
      const double ratio = log.target_probabilities[k] / log.propensities[k];
      estimate.greatest_weight = std::max(estimate.greatest_weight, ratio);
      clipped += ratio > options.clip;
      weight += std::min(ratio, options.clip);
    }
    sum += weight;
    squares += weight * weight;
    contributions.push_back(weight * log.rewards[i]);
  }
  const MeanInterval mean = mean_interval(contributions, options.confidence);
  estimate.value = mean.mean;
  estimate.interval = mean.interval;
  estimate.effective_rows = squares > 0 ? sum * sum / squares : 0.0;
  estimate.clipped_share = clipped / static_cast<double>(log.propensities.size());
  return estimate;
}

}  // namespace heed::metrics
