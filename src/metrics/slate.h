#pragma once

#include <cstdint>
#include <span>

#include "metrics/off_policy.h"

namespace heed::metrics {

// Logged slates of K positions, filled independently of one another by the logged policy; n rows, a reward
// for the whole slate.
struct LoggedSlates {
  std::span<const double> rewards;               // [n]
  std::span<const double> propensities;          // [n, K], of what was shown at each position, in (0, 1]
  std::span<const double> target_probabilities;  // [n, K], of the same under the policy to be judged
  int64_t positions = 1;                         // K
};

// The pseudo-inverse estimator (arXiv:1605.04812 eq. 7, with positions filled independently): mean of
//   r (sum over positions of target / propensity - K + 1).
// Unbiased where a slate's reward is a sum over its positions of what stands there, which needs no term of
// its own in the log; its variance grows with K, not with the number of slates. Throws as inverse_propensity.
OffPolicyEstimate slate_pseudo_inverse(const LoggedSlates& log, const OffPolicyOptions& options = {});

// The same beside a reward model, predicted_rewards [n] of the logged slates and predicted_values [n] under
// the policy to be judged: mean of v + w (r - q), w as above; where a position's target / propensity is above
// switch_at, the model alone speaks: v (SWITCH-DR, arXiv:1612.01205, on the weights of a slate).
OffPolicyEstimate slate_switch_doubly_robust(const LoggedSlates& log,
                                             std::span<const double> predicted_rewards,
                                             std::span<const double> predicted_values,
                                             const OffPolicyOptions& options = {});

}  // namespace heed::metrics
