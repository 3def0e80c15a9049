#include "apps/recommend/slate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <unordered_map>

namespace heed::apps::recommend {
namespace {

double likeness(const SlateCandidate& a, const SlateCandidate& b) {
  if (a.vector.size() != b.vector.size()) return 0.0;
  return std::inner_product(a.vector.begin(), a.vector.end(), b.vector.begin(), 0.0);
}

std::vector<size_t> by_value(std::span<const SlateCandidate> candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return candidates[a].value > candidates[b].value; });
  return order;
}

class GroupCount {
 public:
  GroupCount(std::span<const SlateCandidate> candidates, int64_t cap) : candidates_(candidates), cap_(cap) {}

  bool allows(size_t candidate) const {
    return cap_ == 0 || std::ranges::all_of(candidates_[candidate].groups, [&](int32_t group) {
             const auto at = counts_.find(group);
             return at == counts_.end() || at->second < cap_;
           });
  }
  void take(size_t candidate) {
    for (const int32_t group : candidates_[candidate].groups) ++counts_[group];
  }

 private:
  std::span<const SlateCandidate> candidates_;
  int64_t cap_;
  std::unordered_map<int32_t, int64_t> counts_;
};

// How good a candidate would be next, kept up to date as others are chosen.
class Gains {
 public:
  virtual ~Gains() = default;
  virtual double of(size_t candidate) const = 0;
  virtual void choose(size_t candidate) = 0;
};

class MarginalRelevance : public Gains {
 public:
  MarginalRelevance(std::span<const SlateCandidate> candidates, double diversity)
      : candidates_(candidates), diversity_(diversity), nearest_(candidates.size(), 0.0) {
    double most = 0.0;
    for (const SlateCandidate& candidate : candidates) most = std::max(most, candidate.value);
    scale_ = most > 0.0 ? 1.0 / most : 1.0;
  }
  double of(size_t i) const override {
    return (1.0 - diversity_) * candidates_[i].value * scale_ - diversity_ * nearest_[i];
  }
  void choose(size_t chosen) override {
    for (size_t i = 0; i < candidates_.size(); ++i)
      nearest_[i] = std::max(nearest_[i], likeness(candidates_[i], candidates_[chosen]));
  }

 private:
  std::span<const SlateCandidate> candidates_;
  double diversity_, scale_ = 1.0;
  std::vector<double> nearest_;
};

// Greedy maximum a posteriori inference with the kernel L_ij = q_i S_ij q_j, in O(chosen) a candidate and
// step (algorithm 1 of the paper): of() is the gain of log det.
class Determinant : public Gains {
 public:
  Determinant(std::span<const SlateCandidate> candidates, double diversity)
      : candidates_(candidates), rows_(candidates.size()), left_(candidates.size()) {
    const double power = (1.0 - diversity) / diversity;
    double most = 0.0;
    for (const SlateCandidate& candidate : candidates) most = std::max(most, candidate.value);
    for (size_t i = 0; i < candidates.size(); ++i) {
      const double share = most > 0.0 ? candidates[i].value / most : 1.0;
      quality_.push_back(std::pow(std::max(share, kLeast), std::min(power, kMostPower)));
      left_[i] = quality_[i] * quality_[i] * (1.0 + kRidge);
    }
  }
  double of(size_t i) const override {
    return std::log(std::max(left_[i], std::numeric_limits<double>::min()));
  }
  void choose(size_t chosen) override {
    const double root = std::sqrt(std::max(left_[chosen], std::numeric_limits<double>::min()));
    const std::vector<double> own = rows_[chosen];
    for (size_t i = 0; i < candidates_.size(); ++i) {
      double sum = quality_[i] * quality_[chosen] * likeness(candidates_[i], candidates_[chosen]);
      for (size_t k = 0; k < own.size(); ++k) sum -= own[k] * rows_[i][k];
      const double entry = sum / root;
      rows_[i].push_back(entry);
      left_[i] -= entry * entry;
    }
  }

 private:
  static constexpr double kLeast = 1e-6, kMostPower = 8.0;
  static constexpr double kRidge = 1e-3;  // two that are the same may both be chosen, last
  std::span<const SlateCandidate> candidates_;
  std::vector<double> quality_;
  std::vector<std::vector<double>> rows_;
  std::vector<double> left_;
};

}  // namespace

std::vector<size_t> choose_slate(std::span<const SlateCandidate> candidates, const SlateOptions& options) {
  std::unique_ptr<Gains> gains;
  if (options.method == Diversity::dpp && options.diversity > 0.0)
    gains = std::make_unique<Determinant>(candidates, options.diversity);
  else
    gains = std::make_unique<MarginalRelevance>(candidates, options.diversity);
  GroupCount groups(candidates, options.cap);
  const std::vector<size_t> order = by_value(candidates);
  std::vector<bool> taken(candidates.size(), false);
  std::vector<size_t> chosen;
  while (static_cast<int64_t>(chosen.size()) < options.places) {
    size_t best = candidates.size();
    for (const size_t i : order) {
      if (taken[i] || !groups.allows(i)) continue;
      if (best == candidates.size() || gains->of(i) > gains->of(best)) best = i;
    }
    if (best == candidates.size()) break;
    taken[best] = true;
    groups.take(best);
    gains->choose(best);
    chosen.push_back(best);
  }
  return chosen;
}

SlateQuality quality_of(std::span<const SlateCandidate> candidates, std::span<const size_t> chosen) {
  SlateQuality quality;
  double pairs = 0.0;
  for (size_t a = 0; a < chosen.size(); ++a) {
    quality.value += candidates[chosen[a]].value / static_cast<double>(chosen.size());
    for (size_t b = 0; b < a; ++b, pairs += 1.0)
      quality.difference += 1.0 - likeness(candidates[chosen[a]], candidates[chosen[b]]);
  }
  if (pairs > 0.0) quality.difference /= pairs;
  return quality;
}

Slate make_slate(std::span<const SlateCandidate> candidates, const SlateOptions& options, Random& random) {
  const std::vector<size_t> chosen = choose_slate(candidates, options);
  std::vector<bool> taken(candidates.size(), false);
  for (const size_t i : chosen) taken[i] = true;
  std::vector<std::vector<size_t>> others(chosen.size());
  int64_t dealt = 0;
  for (const size_t i : by_value(candidates)) {
    if (taken[i] || chosen.empty() || dealt >= options.pool) continue;
    others[static_cast<size_t>(dealt++) % chosen.size()].push_back(i);
  }
  Slate slate;
  for (size_t p = 0; p < chosen.size(); ++p) {
    const auto place = static_cast<int64_t>(p);
    const double share = others[p].empty() ? 0.0 : options.exploration;
    const double draw =
        random.uniform();  // drawn whether it is needed or not: a place never changes another's luck
    const uint64_t which = others[p].empty() ? 0 : random.below(others[p].size());
    const double each = others[p].empty() ? 0.0 : share / static_cast<double>(others[p].size());
    const bool explored = draw < share;
    slate.places.push_back({.candidate = explored ? others[p][which] : chosen[p],
                            .propensity = explored ? each : 1.0 - share,
                            .explored = explored});
    slate.chances.push_back({.candidate = chosen[p], .place = place, .propensity = 1.0 - share});
    if (share == 0.0) continue;
    for (const size_t i : others[p])
      slate.chances.push_back({.candidate = i, .place = place, .propensity = each});
  }
  return slate;
}

}  // namespace heed::apps::recommend
