// What another policy would have earned: build/release/bin/example_economy_evaluate
#include <cstdio>
#include <vector>

#include "metrics/off_policy.h"

int main() {
  const std::vector<double> rewards = {1, 0, 0, 1, 0, 1}, logged(6, 0.5),
                            wanted = {0.9, 0.1, 0.9, 0.9, 0.1, 0.9};
  const heed::metrics::OffPolicyEstimate found =
      heed::metrics::self_normalised_inverse_propensity({.rewards = rewards,
                                                         .propensities = logged,
                                                         .target_probabilities = wanted,
                                                         .predicted_rewards = {},
                                                         .predicted_values = {}});
  std::printf("%.2f (95 %% %.2f to %.2f), worth %.1f rows of its own\n", found.value, found.interval.lower,
              found.interval.upper, found.effective_rows);
}
