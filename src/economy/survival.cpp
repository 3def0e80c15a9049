#include "economy/survival.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kNormal = 1.959963984540054;  // 97.5 %

void set_interval(SurvivalStep& step, double variance) {
  if (step.survival <= 0 || step.survival >= 1) {
    step.low = step.high = step.survival;
    return;
  }
  const double width = kNormal * std::sqrt(variance) / std::abs(std::log(step.survival));
  step.low = std::pow(step.survival, std::exp(width));
  step.high = std::pow(step.survival, std::exp(-width));
}

}  // namespace

std::vector<SurvivalStep> survival_curve(std::span<const Lifetime> lifetimes) {
  if (lifetimes.empty()) throw Error(ErrorCode::invalid_argument, "survival: expected lifetimes, found none");
  std::vector<Lifetime> sorted(lifetimes.begin(), lifetimes.end());
  for (const Lifetime& one : sorted) {
    if (!(one.duration >= 0) || !std::isfinite(one.duration))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("survival: expected a duration of 0 or more, found {}", one.duration));
  }
  std::ranges::sort(sorted, {}, &Lifetime::duration);
  std::vector<SurvivalStep> curve;
  double survival = 1, variance = 0;
  for (size_t at = 0; at < sorted.size();) {
    size_t end = at;
    int64_t lost = 0;
    for (; end < sorted.size() && sorted[end].duration == sorted[at].duration; ++end)
      lost += sorted[end].lost ? 1 : 0;
    const auto at_risk = static_cast<int64_t>(sorted.size() - at);
    if (lost > 0) {
      survival *= 1 - static_cast<double>(lost) / static_cast<double>(at_risk);
      if (at_risk > lost)
        variance +=
            static_cast<double>(lost) / (static_cast<double>(at_risk) * static_cast<double>(at_risk - lost));
      SurvivalStep step{.time = sorted[at].duration,
                        .survival = survival,
                        .low = 0,
                        .high = 0,
                        .at_risk = at_risk,
                        .lost = lost};
      set_interval(step, variance);
      curve.push_back(step);
    }
    at = end;
  }
  return curve;
}

double median_lifetime(const std::vector<SurvivalStep>& curve) {
  const auto half =
      std::ranges::find_if(curve, [](const SurvivalStep& step) { return step.survival <= 0.5; });
  return half == curve.end() ? std::numeric_limits<double>::infinity() : half->time;
}

}  // namespace heed::economy
