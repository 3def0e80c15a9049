#include "apps/monitor/surge_filter.h"

#include <algorithm>
#include <cmath>

namespace heed::apps::monitor {
namespace {

// By how much a state multiplies negative voices, and the others.
struct Effect {
  double negative, others;
};
constexpr std::array<Effect, SurgeFilter::kStates> kEffects = {{{1, 1},
                                                                {1.4, 1},
                                                                {1.9, 1},
                                                                {2.6, 1},
                                                                {3.6, 1},
                                                                {5.0, 1},
                                                                {1.4, 1.4},
                                                                {2.0, 2.0},
                                                                {3.0, 3.0},
                                                                {4.5, 4.5},
                                                                {0.6, 1},
                                                                {0.35, 1},
                                                                {1, 1}}};

enum Group : size_t { kUsual, kSurge, kBurst, kRelief, kAfterSurge, kGroups };
constexpr std::array<size_t, kGroups> kSizes = {1, SurgeFilter::kSurges, SurgeFilter::kBursts,
                                                SurgeFilter::kReliefs, SurgeFilter::kAfter};

constexpr size_t group_of(size_t state) {
  size_t group = 0;
  for (; state >= kSizes[group]; ++group) state -= kSizes[group];
  return group;
}

// A bucket: how often an event of a kind begins, how often it ends, how often its strength changes by a step;
// how often a surge that ended is forgotten.
constexpr double kBegin = 1.0 / 300, kEnd = 1.0 / 14, kStep = 0.12, kForget = 1.0 / 10;
// Copies that passed for voices: in how many buckets, and how many.
constexpr double kCopies = 0.01, kMeanCopies = 4;
// A share drifts by a fifth or so, within a week or so.
constexpr double kDriftDecay = 0.995, kDriftDeviation = 0.2;
constexpr double kLeast = 1e-18;  // of a probability

// Log density of the two counts, less what does not depend on the means: negative multinomial.
double log_density(const JointCounts& counts, double negative, double others) {
  const double shape = 1 / std::max(counts.dispersion, 1e-3);
  return counts.negative * std::log(negative) + counts.others * std::log(others) -
         (counts.negative + counts.others + shape) * std::log1p((negative + others) / shape);
}

double log_add(double a, double b) {
  const double greater = std::max(a, b);
  return greater + std::log1p(std::exp(std::min(a, b) - greater));
}

double log_density_with_copies(const JointCounts& counts, double negative, double others) {
  static const double kLogCopies = std::log(kCopies), kLogNone = std::log1p(-kCopies);
  return log_add(kLogNone + log_density(counts, negative, others),
                 kLogCopies + log_density(counts, negative + kMeanCopies / 2, others + kMeanCopies / 2));
}

double share_at(double share, double drift) {
  const double odds = share / (1 - share) * std::exp(drift);
  return odds / (1 + odds);
}

}  // namespace

double SurgeFilter::usual_share(double share) const { return share_at(share, drift_); }

double SurgeFilter::share_is_usual() const {
  double sum = 0.0;
  for (size_t state = 0; state < kStates; ++state)
    sum += kEffects[state].negative == kEffects[state].others ? probability_[state] : 0.0;
  return sum;
}

double SurgeFilter::volume_is_usual() const {
  double sum = 0.0;
  for (size_t state = 0; state < kStates; ++state)
    sum += kEffects[state].others == 1 ? probability_[state] : 0.0;
  return sum;
}

// One step of the chain.
void SurgeFilter::move() {
  constexpr size_t kLast = kStates - 1;
  std::array<double, kStates> next{};
  const auto begin_from = [&](double here) {
    for (size_t state = 1; state < kLast; ++state)
      next[state] += here * kBegin / static_cast<double>(kSizes[group_of(state)]);
    return here * (1 - 3 * kBegin);
  };
  next[0] = begin_from(probability_[0]);
  const double remembered = begin_from(probability_[kLast]);
  next[0] += remembered * kForget;
  next[kLast] = remembered * (1 - kForget);
  for (size_t state = 1; state < kLast; ++state) {
    const size_t group = group_of(state);
    double stays = probability_[state] * (1 - kEnd);
    next[group == kSurge ? kLast : 0] += probability_[state] * kEnd;
    for (const size_t other : {state - 1, state + 1}) {
      if (group_of(other) != group) continue;
      const double moved = probability_[state] * (1 - kEnd) * kStep;
      next[other] += moved;
      stays -= moved;
    }
    next[state] += stays;
  }
  probability_ = next;
}

// By what was counted; the share's drift is not known exactly: three points of its normal (Gauss and
// Hermite).
void SurgeFilter::weigh(const JointCounts& counts) {
  const double width = std::sqrt(3 * drift_variance_);
  std::array<double, kStates> seen{};
  for (size_t state = 0; state < kStates; ++state) {
    const auto at = [&](double drift) {
      const double share = share_at(counts.share, drift);
      return log_density_with_copies(counts, counts.usual * share * kEffects[state].negative,
                                     counts.usual * (1 - share) * kEffects[state].others);
    };
    static const double kMiddle = std::log(2.0 / 3), kSide = std::log(1.0 / 6);
    seen[state] = log_add(kMiddle + at(drift_), kSide + log_add(at(drift_ - width), at(drift_ + width)));
  }
  const double greatest = *std::ranges::max_element(seen);
  double total = 0.0;
  for (size_t state = 0; state < kStates; ++state)
    total += probability_[state] *= std::exp(seen[state] - greatest);
  for (double& probability : probability_) probability = std::max(probability / total, 1e-12);
}

void SurgeFilter::follow_share(const JointCounts& counts) {
  const double untouched = share_is_usual();
  const double count = untouched * (counts.negative + counts.others), share = usual_share(counts.share);
  drift_variance_ = 1 / (1 / drift_variance_ + count * share * (1 - share));
  drift_ += drift_variance_ * (untouched * counts.negative - count * share);
}

SurgeFilter::Odds SurgeFilter::update(const JointCounts& counts) {
  constexpr double kKept = kDriftDecay * kDriftDecay;
  drift_ *= kDriftDecay;
  drift_variance_ = kKept * drift_variance_ + (1 - kKept) * kDriftDeviation * kDriftDeviation;
  move();
  weigh(counts);
  follow_share(counts);
  std::array<double, kGroups> groups{};
  double total = 0.0;
  for (size_t state = 0; state < kStates; ++state) {
    groups[group_of(state)] += probability_[state];
    total += probability_[state];
  }
  const auto odds = [&](double of) {
    return std::log(std::max(of, kLeast)) - std::log(std::max(total - of, kLeast));
  };
  return {.surge = odds(groups[kSurge] + groups[kAfterSurge]),
          .burst = odds(groups[kBurst]),
          .relief = odds(groups[kRelief])};
}

}  // namespace heed::apps::monitor
