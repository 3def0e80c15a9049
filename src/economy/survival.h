#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::economy {

// How long attention lasted: until it was lost, or until we stopped watching (censored).
struct Lifetime {
  double duration = 0;
  bool lost = true;
};

// One step of the curve: from `time` on, `survival` of people are still there.
struct SurvivalStep {
  double time = 0;
  double survival = 1;
  double low = 1, high = 1;  // 95 % of the log-minus-log interval over Greenwood's variance
  int64_t at_risk = 0, lost = 0;
};

// The Kaplan-Meier estimate: S(t) = product over times of loss s <= t of (1 - lost / at risk). One step a
// time of loss, in order; no steps where nobody was lost. Throws invalid_argument where there are no
// lifetimes, or one is negative or not finite.
std::vector<SurvivalStep> survival_curve(std::span<const Lifetime> lifetimes);

// Where the curve first falls to half or below; infinity where it never does.
double median_lifetime(const std::vector<SurvivalStep>& curve);

}  // namespace heed::economy
