#include "metrics/off_policy.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "base/error.h"
#include "metrics/checks.h"

namespace heed::metrics {
namespace {

void check(const LoggedDecisions& log, const OffPolicyOptions& options) {
  require_at_least("off-policy estimate: rows", static_cast<int64_t>(log.rewards.size()), 2);
  require_equal_lengths("off-policy estimate: propensities", log.rewards.size(), log.propensities.size());
  require_equal_lengths("off-policy estimate: target", log.rewards.size(), log.target_probabilities.size());
  require_finite("off-policy estimate: reward", log.rewards);
  require_probabilities("off-policy estimate: target probability", log.target_probabilities);
  for (double p : log.propensities) require_in_range("off-policy estimate: propensity", p, 1e-12, 1);
  require_in_range("off-policy estimate: clip", options.clip, 1e-12, std::numeric_limits<double>::infinity());
  require_in_range("off-policy estimate: confidence", options.confidence, 1e-6, 1 - 1e-9);
}

void check_model(const LoggedDecisions& log) {
  require_equal_lengths("off-policy estimate: predicted rewards", log.rewards.size(),
                        log.predicted_rewards.size());
  require_equal_lengths("off-policy estimate: predicted values", log.rewards.size(),
                        log.predicted_values.size());
  require_finite("off-policy estimate: predicted reward", log.predicted_rewards);
  require_finite("off-policy estimate: predicted value", log.predicted_values);
}

double sum_of(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

struct Weights {
  std::vector<double> values;
  double changed_share = 0;
};

// Weights with `beyond(w)` in place of those above `limit`.
template <class Beyond>
Weights weights_of(const LoggedDecisions& log, double limit, Beyond beyond) {
  Weights weights;
  double changed = 0;
  for (size_t i = 0; i < log.propensities.size(); ++i) {
    const double weight = log.target_probabilities[i] / log.propensities[i];
    changed += weight > limit;
    weights.values.push_back(weight > limit ? beyond(weight) : weight);
  }
  weights.changed_share = changed / static_cast<double>(log.propensities.size());
  return weights;
}

Weights clipped_weights(const LoggedDecisions& log, double clip) {
  return weights_of(log, clip, [clip](double) { return clip; });
}

OffPolicyEstimate describe(const Weights& weights) {
  OffPolicyEstimate estimate;
  const double sum = sum_of(weights.values);
  double squares = 0;
  for (double w : weights.values) squares += w * w;
  estimate.effective_rows = squares == 0 ? 0 : sum * sum / squares;
  estimate.greatest_weight = *std::max_element(weights.values.begin(), weights.values.end());
  estimate.clipped_share = weights.changed_share;
  return estimate;
}

OffPolicyEstimate from_contributions(const Weights& weights, std::span<const double> contributions,
                                     double confidence) {
  OffPolicyEstimate estimate = describe(weights);
  const MeanInterval mean = mean_interval(contributions, confidence);
  estimate.value = mean.mean;
  estimate.interval = mean.interval;
  return estimate;
}

// v + w (r - q) a row.
std::vector<double> corrected_values(const LoggedDecisions& log, std::span<const double> weights) {
  std::vector<double> contributions;
  for (size_t i = 0; i < weights.size(); ++i) {
    contributions.push_back(log.predicted_values[i] +
                            weights[i] * (log.rewards[i] - log.predicted_rewards[i]));
  }
  return contributions;
}

}  // namespace

OffPolicyEstimate inverse_propensity(const LoggedDecisions& log, const OffPolicyOptions& options) {
  check(log, options);
  const Weights weights = clipped_weights(log, options.clip);
  std::vector<double> contributions;
  for (size_t i = 0; i < log.rewards.size(); ++i) contributions.push_back(weights.values[i] * log.rewards[i]);
  return from_contributions(weights, contributions, options.confidence);
}

OffPolicyEstimate self_normalised_inverse_propensity(const LoggedDecisions& log,
                                                     const OffPolicyOptions& options) {
  check(log, options);
  const Weights weights = clipped_weights(log, options.clip);
  const double total = sum_of(weights.values);
  if (total == 0) {
    throw Error(ErrorCode::invalid_argument,
                "off-policy estimate: expected a target policy that takes some logged action, found only "
                "weights of 0");
  }
  OffPolicyEstimate estimate = describe(weights);
  for (size_t i = 0; i < log.rewards.size(); ++i)
    estimate.value += weights.values[i] * log.rewards[i] / total;
  double squares = 0;
  for (size_t i = 0; i < log.rewards.size(); ++i) {
    const double pull = weights.values[i] * (log.rewards[i] - estimate.value);
    squares += pull * pull;
  }
  const auto count = static_cast<double>(log.rewards.size());
  // The variance of a ratio of means, with n - 1 for n as in the other estimates.
  const double deviation = std::sqrt(squares * count / (count - 1)) / total;
  const double reach =
      boost::math::quantile(boost::math::students_t(count - 1), 0.5 + options.confidence / 2) * deviation;
  estimate.interval = {estimate.value - reach, estimate.value + reach};
  return estimate;
}

OffPolicyEstimate direct_method(const LoggedDecisions& log, const OffPolicyOptions& options) {
  check(log, options);
  check_model(log);
  return from_contributions(clipped_weights(log, options.clip), log.predicted_values, options.confidence);
}

OffPolicyEstimate doubly_robust(const LoggedDecisions& log, const OffPolicyOptions& options) {
  check(log, options);
  check_model(log);
  const Weights weights = clipped_weights(log, options.clip);
  return from_contributions(weights, corrected_values(log, weights.values), options.confidence);
}

OffPolicyEstimate switch_doubly_robust(const LoggedDecisions& log, const OffPolicyOptions& options) {
  check(log, options);
  check_model(log);
  require_in_range("off-policy estimate: switch_at", options.switch_at, 0,
                   std::numeric_limits<double>::infinity());
  const Weights weights = weights_of(log, options.switch_at, [](double) { return 0.0; });
  return from_contributions(weights, corrected_values(log, weights.values), options.confidence);
}

}  // namespace heed::metrics
