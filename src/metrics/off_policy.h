#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "metrics/intervals.h"

namespace heed::metrics {

// What would another policy have earned on decisions that were logged under this one? Each figure is an
// estimate of V = E_x E_{a ~ target(x)} [reward], from n logged rows (x_i, a_i, r_i) with
//   w_i = min(target(a_i | x_i) / propensity_i, clip)     the importance weight
//   q_i = predicted reward of (x_i, a_i)                  by a reward model not fitted on these rows
//   v_i = sum over actions of target(a | x_i) * predicted reward of (x_i, a)
// Clipping trades variance for bias: without it IPS, DR are unbiased where every action of the target has a
// propensity above 0.

struct LoggedDecisions {
  std::span<const double> rewards;
  std::span<const double> propensities;          // of the logged action, in (0, 1]
  std::span<const double> target_probabilities;  // of the logged action under the policy to be judged
  std::span<const double> predicted_rewards;     // q; empty where there is no reward model
  std::span<const double> predicted_values;      // v; empty where there is no reward model
};

struct OffPolicyOptions {
  double clip = std::numeric_limits<double>::infinity();  // greatest weight
  double switch_at = 10;     // SWITCH: above this weight the reward model alone speaks
  double confidence = 0.95;  // of the interval: Student's, over the rows' contributions
};

struct OffPolicyEstimate {
  double value = 0;
  Interval interval;
  double effective_rows =
      0;  // (sum w)^2 / sum w^2: how many rows of the target policy itself these are worth
  double greatest_weight = 0;
  double clipped_share = 0;  // rows whose weight was cut by clip (SWITCH: handed to the model)
};

// All throw invalid_argument on fewer than two rows, lengths that differ, a propensity or probability out of
// range, values not finite, and where a reward model is needed and missing.

// Mean of w r.
OffPolicyEstimate inverse_propensity(const LoggedDecisions& log, const OffPolicyOptions& options = {});
// sum w r / sum w (arXiv:1503.02834 names it SNIPS): slightly biased, far steadier, and unmoved by adding a
// constant to every reward. The interval is by the delta method. Throws invalid_argument where all weights
// are 0.
OffPolicyEstimate self_normalised_inverse_propensity(const LoggedDecisions& log,
                                                     const OffPolicyOptions& options = {});
// Mean of v: as good as the reward model. The interval knows nothing of the model's own error.
OffPolicyEstimate direct_method(const LoggedDecisions& log, const OffPolicyOptions& options = {});
// Mean of v + w (r - q) (arXiv:1103.4601): unbiased where either the propensities or the model is right.
OffPolicyEstimate doubly_robust(const LoggedDecisions& log, const OffPolicyOptions& options = {});
// Doubly robust where w <= switch_at, the model alone elsewhere: v + [w <= switch_at] w (r - q)
// (arXiv:1612.01205, SWITCH-DR).
OffPolicyEstimate switch_doubly_robust(const LoggedDecisions& log, const OffPolicyOptions& options = {});

}  // namespace heed::metrics
