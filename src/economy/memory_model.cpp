#include "economy/memory_model.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kLeastStability = 0.001, kLeastDifficulty = 1, kMostDifficulty = 10;

double number(Rating rating) { return static_cast<double>(rating); }

// A value with what it depends on: the state before, and single parameters.
struct Partial {
  double value = 0, by_stability = 0, by_difficulty = 0;
  MemoryParameters by{};
};

// Of the state before and parameters to the parameters alone.
MemoryParameters chain(const Partial& partial, const MemoryTangent& at) {
  MemoryParameters all = partial.by;
  for (int k = 0; k < kMemoryParameters; ++k)
    all[k] += partial.by_stability * at.by_stability[k] + partial.by_difficulty * at.by_difficulty[k];
  return all;
}

void clamp(Partial& partial, double least, double most) {
  if (partial.value >= least && partial.value <= most) return;
  partial = {
      .value = std::clamp(partial.value, least, most), .by_stability = 0, .by_difficulty = 0, .by = {}};
}

Partial first_difficulty(const MemoryParameters& w, Rating rating) {
  const double steps = number(rating) - 1, raised = std::exp(w[5] * steps);
  Partial d{.value = w[4] - raised + 1, .by_stability = 0, .by_difficulty = 0, .by = {}};
  d.by[4] = 1;
  d.by[5] = -steps * raised;
  return d;
}

// Towards the first difficulty of "easy", and by the rating, less the nearer it is to 10.
Partial next_difficulty(const MemoryParameters& w, double difficulty, Rating rating) {
  const Partial easy = first_difficulty(w, Rating::easy);
  const double change = -w[6] * (number(rating) - 3);
  const double moved = difficulty + (10 - difficulty) * change / 9;
  Partial d{.value = w[7] * easy.value + (1 - w[7]) * moved,
            .by_stability = 0,
            .by_difficulty = (1 - w[7]) * (1 - change / 9),
            .by = {}};
  d.by[4] = w[7] * easy.by[4];
  d.by[5] = w[7] * easy.by[5];
  d.by[6] = -(1 - w[7]) * (10 - difficulty) * (number(rating) - 3) / 9;
  d.by[7] = easy.value - moved;
  clamp(d, kLeastDifficulty, kMostDifficulty);
  return d;
}

Partial within_a_day(const MemoryParameters& w, double stability, Rating rating) {
  const double steps = number(rating) - 3 + w[18];
  const double grown = std::exp(w[17] * steps) * std::pow(stability, -w[19]);
  if (rating >= Rating::good && grown < 1)
    return {.value = stability, .by_stability = 1, .by_difficulty = 0, .by = {}};
  Partial s{.value = stability * grown, .by_stability = (1 - w[19]) * grown, .by_difficulty = 0, .by = {}};
  s.by[17] = s.value * steps;
  s.by[18] = s.value * w[17];
  s.by[19] = -s.value * std::log(stability);
  return s;
}

// by_recall is returned beside, for the chain through recall.
Partial after_recall(const MemoryParameters& w, const MemoryState& at, double recall, Rating rating,
                     double& by_recall) {
  const double hard = rating == Rating::hard ? w[15] : 1, easy = rating == Rating::easy ? w[16] : 1;
  const double base = std::exp(w[8]) * (11 - at.difficulty) * std::pow(at.stability, -w[9]) * hard * easy;
  const double late = std::exp((1 - recall) * w[10]), gain = base * (late - 1), s = at.stability;
  Partial next{.value = s * (1 + gain),
               .by_stability = 1 + gain * (1 - w[9]),
               .by_difficulty = -s * gain / (11 - at.difficulty),
               .by = {}};
  by_recall = -s * base * w[10] * late;
  next.by[8] = s * gain;
  next.by[9] = -s * gain * std::log(s);
  next.by[10] = s * base * (1 - recall) * late;
  if (rating == Rating::hard && w[15] > 0) next.by[15] = s * gain / w[15];
  if (rating == Rating::easy) next.by[16] = s * gain / w[16];
  return next;
}

Partial after_lapse(const MemoryParameters& w, const MemoryState& at, double recall, double& by_recall) {
  const double scale = w[11] * std::pow(at.difficulty, -w[12]) * std::exp((1 - recall) * w[14]);
  const double raised = std::pow(at.stability + 1, w[13]);
  const double kept = at.stability / std::exp(w[17] * w[18]);
  Partial next{.value = scale * (raised - 1), .by_stability = 0, .by_difficulty = 0, .by = {}};
  by_recall = 0;
  if (kept < next.value) {  // never more than a lapse within the day would leave
    next.value = kept;
    next.by_stability = kept / at.stability;
    next.by[17] = -kept * w[18];
    next.by[18] = -kept * w[17];
    return next;
  }
  by_recall = -w[14] * next.value;
  next.by_stability = scale * w[13] * raised / (at.stability + 1);
  next.by_difficulty = -w[12] * next.value / at.difficulty;
  next.by[11] = next.value / w[11];
  next.by[12] = -next.value * std::log(at.difficulty);
  next.by[13] = scale * raised * std::log(at.stability + 1);
  next.by[14] = next.value * (1 - recall);
  return next;
}

}  // namespace

MemoryParameters default_memory_parameters() {
  return {0.212,  1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001,  1.8722, 0.1666, 0.796,
          1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542};
}

MemoryParameters least_memory_parameters() {
  return {0.001, 0.001, 0.001, 0.001, 1, 0.001, 0.001, 0.001, 0, 0,  0.001,
          0.001, 0.001, 0.001, 0,     0, 1,     0,     0,     0, 0.1};
}

MemoryParameters most_memory_parameters() {
  return {100, 100, 100, 100, 10, 4, 4, 0.75, 4.5, 0.8, 3.5, 5, 0.25, 0.9, 4, 1, 6, 2, 2, 0.8, 0.8};
}

MemoryModel::MemoryModel(const MemoryParameters& parameters) : w_(parameters) {
  const MemoryParameters least = least_memory_parameters(), most = most_memory_parameters();
  for (int k = 0; k < kMemoryParameters; ++k) {
    if (!(w_[k] >= least[k] && w_[k] <= most[k]))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("memory model: parameter {}: expected {} to {}, found {}", k, least[k], most[k],
                              w_[k]));
  }
  const double raised = std::pow(0.9, -1 / w_[20]);
  factor_ = raised - 1;
  factor_slope_ = raised * std::log(0.9) / (w_[20] * w_[20]);
}

double MemoryModel::recall(double days, double stability) const {
  return std::pow(1 + factor_ * days / stability, -w_[20]);
}

double MemoryModel::interval(double stability, double retention) const {
  if (!(retention > 0 && retention < 1))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("memory model: expected a retention between 0 and 1, found {}", retention));
  return stability / factor_ * (std::pow(retention, -1 / w_[20]) - 1);
}

double MemoryModel::recall(double days, const MemoryTangent& at, double scale, MemoryParameters& by) const {
  const double s = at.state.stability, base = 1 + factor_ * days / s, r = std::pow(base, -w_[20]);
  const double by_stability = scale * r * w_[20] * factor_ * days / (s * s * base);
  for (int k = 0; k < kMemoryParameters; ++k) by[k] += by_stability * at.by_stability[k];
  by[20] += scale * r * (-std::log(base) - w_[20] * days / s * factor_slope_ / base);
  return r;
}

MemoryTangent MemoryModel::first_tangent(Rating rating) const {
  MemoryTangent at;
  const auto k = static_cast<int>(rating) - 1;
  at.state.stability = std::max(w_[k], kLeastStability);
  at.by_stability[k] = 1;
  Partial difficulty = first_difficulty(w_, rating);
  clamp(difficulty, kLeastDifficulty, kMostDifficulty);
  at.state.difficulty = difficulty.value;
  at.by_difficulty = difficulty.by;
  return at;
}

void MemoryModel::next_tangent(MemoryTangent& at, Rating rating, double days) const {
  Partial stability;
  double by_recall = 0;
  if (days < 1) {
    stability = within_a_day(w_, at.state.stability, rating);
  } else {
    const double r = recall(days, at.state.stability);
    stability = rating == Rating::again ? after_lapse(w_, at.state, r, by_recall)
                                        : after_recall(w_, at.state, r, rating, by_recall);
  }
  const Partial difficulty = next_difficulty(w_, at.state.difficulty, rating);
  MemoryParameters through{};
  if (by_recall != 0) recall(days, at, by_recall, through);
  const bool cut = stability.value < kLeastStability;
  if (cut) stability = {.value = kLeastStability, .by_stability = 0, .by_difficulty = 0, .by = {}};
  MemoryParameters by = chain(stability, at);
  for (int k = 0; k < kMemoryParameters && !cut; ++k) by[k] += through[k];
  at.by_difficulty = chain(difficulty, at);
  at.by_stability = by;
  at.state = {stability.value, difficulty.value};
}

MemoryState MemoryModel::first(Rating rating) const { return first_tangent(rating).state; }

MemoryState MemoryModel::next(const MemoryState& state, Rating rating, double days) const {
  double by_recall = 0;
  MemoryState next;
  if (days < 1) {
    next.stability = within_a_day(w_, state.stability, rating).value;
  } else {
    const double r = recall(days, state.stability);
    next.stability = (rating == Rating::again ? after_lapse(w_, state, r, by_recall)
                                              : after_recall(w_, state, r, rating, by_recall))
                         .value;
  }
  next.stability = std::max(next.stability, kLeastStability);
  next.difficulty = next_difficulty(w_, state.difficulty, rating).value;
  return next;
}

}  // namespace heed::economy
