#include "apps/recommend/promotion.h"

#include <array>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/intervals.h"

namespace heed::apps::recommend {
namespace {

constexpr double kShrink =
    20.0;  // places that each item's mean is taken to have had beside its own, as good as all

// Mean reward by item of one half of the slates.
class RewardModel {
 public:
  RewardModel(std::span<const LoggedSlate> slates, size_t half) {
    double sum = 0.0, count = 0.0;
    for (size_t s = half; s < slates.size(); s += 2) {
      for (const LoggedPlace& place : slates[s]) {
        auto& [own, times] = items_[place.item];
        own += place.reward;
        times += 1.0;
        sum += place.reward;
        count += 1.0;
      }
    }
    mean_ = count > 0.0 ? sum / count : 0.0;
  }

  double of(int32_t item) const {
    const auto at = items_.find(item);
    if (at == items_.end()) return mean_;
    return (at->second.first + kShrink * mean_) / (at->second.second + kShrink);
  }

 private:
  std::unordered_map<int32_t, std::pair<double, double>> items_;
  double mean_ = 0.0;
};

struct Rows {
  std::vector<double> rewards, propensities, targets, predicted, values;
};

void check_place(const LoggedPlace& place) {
  double all = 0.0;
  for (const auto& [item, probability] : place.target) all += probability;
  const bool sound = place.propensity > 0.0 && place.propensity <= 1.0 && std::abs(all - 1.0) < 1e-6;
  if (sound) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format(
          "promote: expected a propensity above 0 and probabilities that sum to 1, found {} and {}; was the "
          "log written with exact propensities?",
          place.propensity, all));
}

void scale(metrics::OffPolicyEstimate& estimate, double factor) {
  estimate.value *= factor;
  estimate.interval = {estimate.interval.lower * factor, estimate.interval.upper * factor};
}

}  // namespace

Promotion judge_policy(std::span<const LoggedSlate> slates, const PromotionOptions& options) {
  if (slates.size() < 4)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("promote: expected at least four logged slates, found {}", slates.size()));
  const std::array<RewardModel, 2> models = {RewardModel(slates, 1),
                                             RewardModel(slates, 0)};  // by the slate's half
  Promotion promotion;
  promotion.slates = static_cast<int64_t>(slates.size());
  Rows rows;
  std::vector<double> differences, rewards;
  for (size_t s = 0; s < slates.size(); ++s) {
    const RewardModel& model = models[s % 2];
    double reward = 0.0, robust = 0.0;
    if (slates[s].empty())
      throw Error(ErrorCode::invalid_argument, "promote: expected slates with places, found one without");
    for (const LoggedPlace& place : slates[s]) {
      check_place(place);
      double target = 0.0, value = 0.0;
      for (const auto& [item, probability] : place.target) {
        if (item == place.item) target += probability;
        value += probability * model.of(item);
      }
      const double predicted = model.of(place.item), weight = target / place.propensity;
      rows.rewards.push_back(place.reward);
      rows.propensities.push_back(place.propensity);
      rows.targets.push_back(std::min(1.0, target));
      rows.predicted.push_back(predicted);
      rows.values.push_back(value);
      reward += place.reward;
      robust += value + weight * (place.reward - predicted);
    }
    rewards.push_back(reward);
    differences.push_back(robust - reward);
  }
  const metrics::LoggedDecisions log{.rewards = rows.rewards,
                                     .propensities = rows.propensities,
                                     .target_probabilities = rows.targets,
                                     .predicted_rewards = rows.predicted,
                                     .predicted_values = rows.values};
  const metrics::OffPolicyOptions off_policy{.confidence = options.confidence};
  const double places = static_cast<double>(rows.rewards.size()) / static_cast<double>(slates.size());
  promotion.ips = metrics::inverse_propensity(log, off_policy);
  promotion.doubly_robust = metrics::doubly_robust(log, off_policy);
  // Where the two policies share nothing all weights are 0, and there is no ratio.
  if (promotion.ips.effective_rows > 0.0)
    promotion.snips = metrics::self_normalised_inverse_propensity(log, off_policy);
  for (auto* estimate : {&promotion.ips, &promotion.snips, &promotion.doubly_robust})
    scale(*estimate, places);
  promotion.live = metrics::mean_interval(rewards, options.confidence).mean;
  const economy::Verdict verdict =
      economy::judge_differences(differences, promotion.ips.effective_rows, "places", options);
  promotion.difference = verdict.difference;
  promotion.interval = verdict.interval;
  promotion.is_proven = verdict.promote;
  promotion.why = verdict.why;
  return promotion;
}

std::string to_text(const Promotion& promotion) {
  const auto line = [](const char* name, const metrics::OffPolicyEstimate& estimate) {
    return fmt::format("{:<22}{:>10.5f}  [{:.5f}, {:.5f}]  worth {:.0f} places, greatest weight {:.1f}\n",
                       name, estimate.value, estimate.interval.lower, estimate.interval.upper,
                       estimate.effective_rows, estimate.greatest_weight);
  };
  return fmt::format("{} slates; reward a slate\n{:<22}{:>10.5f}\n", promotion.slates, "live",
                     promotion.live) +
         line("IPS", promotion.ips) + line("SNIPS", promotion.snips) +
         line("doubly robust", promotion.doubly_robust) +
         fmt::format("{:<22}{:>+10.5f}  [{:+.5f}, {:+.5f}]\n{}: {}\n", "candidate less live",
                     promotion.difference, promotion.interval.lower, promotion.interval.upper,
                     promotion.is_proven ? "proven" : "not proven", promotion.why);
}

}  // namespace heed::apps::recommend
