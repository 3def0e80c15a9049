#include "metrics/slate.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "metrics/checks.h"
#include "metrics/intervals.h"

namespace heed::metrics {

namespace {

void check(const LoggedSlates& log, const OffPolicyOptions& options) {
  require_at_least("slate estimate: rows", static_cast<int64_t>(log.rewards.size()), 2);
  require_rows("slate estimate: propensities", log.propensities, log.rewards.size(), log.positions);
  require_rows("slate estimate: target", log.target_probabilities, log.rewards.size(), log.positions);
  require_finite("slate estimate: reward", log.rewards);
  require_probabilities("slate estimate: target probability", log.target_probabilities);
  for (const double p : log.propensities) require_in_range("slate estimate: propensity", p, 1e-12, 1);
  require_in_range("slate estimate: clip", options.clip, 1e-12, std::numeric_limits<double>::infinity());
  require_in_range("slate estimate: switch_at", options.switch_at, 0,
                   std::numeric_limits<double>::infinity());
  require_in_range("slate estimate: confidence", options.confidence, 1e-6, 1 - 1e-9);
}

// Mean of v + w (r - q); without a model v and q are 0. Ratios are cut at `clip`; a row with one above
// `switch_at` has w = 0.
OffPolicyEstimate estimate_slates(const LoggedSlates& log, std::span<const double> predicted_rewards,
                                  std::span<const double> predicted_values, double switch_at,
                                  const OffPolicyOptions& options) {
  OffPolicyEstimate estimate;
  std::vector<double> contributions;
  const auto positions = static_cast<size_t>(log.positions);
  double sum = 0, squares = 0, changed = 0;
  for (size_t i = 0; i < log.rewards.size(); ++i) {
    double weight = 1.0 - static_cast<double>(log.positions);
    bool switched = false;
    for (size_t k = i * positions; k < (i + 1) * positions; ++k) {
      const double ratio = log.target_probabilities[k] / log.propensities[k];
      estimate.greatest_weight = std::max(estimate.greatest_weight, ratio);
      changed += ratio > std::min(options.clip, switch_at);
      switched |= ratio > switch_at;
      weight += std::min(ratio, options.clip);
    }
    if (switched) weight = 0;
    sum += weight;
    squares += weight * weight;
    const double q = predicted_rewards.empty() ? 0 : predicted_rewards[i];
    const double v = predicted_values.empty() ? 0 : predicted_values[i];
    contributions.push_back(v + weight * (log.rewards[i] - q));
  }
  const MeanInterval mean = mean_interval(contributions, options.confidence);
  estimate.value = mean.mean;
  estimate.interval = mean.interval;
  estimate.effective_rows = squares > 0 ? sum * sum / squares : 0.0;
  estimate.clipped_share = changed / static_cast<double>(log.propensities.size());
  return estimate;
}

}  // namespace

OffPolicyEstimate slate_pseudo_inverse(const LoggedSlates& log, const OffPolicyOptions& options) {
  check(log, options);
  return estimate_slates(log, {}, {}, std::numeric_limits<double>::infinity(), options);
}

OffPolicyEstimate slate_switch_doubly_robust(const LoggedSlates& log,
                                             std::span<const double> predicted_rewards,
                                             std::span<const double> predicted_values,
                                             const OffPolicyOptions& options) {
  check(log, options);
  require_equal_lengths("slate estimate: predicted rewards", log.rewards.size(), predicted_rewards.size());
  require_equal_lengths("slate estimate: predicted values", log.rewards.size(), predicted_values.size());
  require_finite("slate estimate: predicted reward", predicted_rewards);
  require_finite("slate estimate: predicted value", predicted_values);
  return estimate_slates(log, predicted_rewards, predicted_values, options.switch_at, options);
}

}  // namespace heed::metrics
