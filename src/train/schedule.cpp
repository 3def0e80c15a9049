#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed::train {
namespace {

// From `from` to `to` by half a cosine, as `done` goes from 0 to 1.
double half_cosine(double from, double to, double done) {
  return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

double one_cycle(const Schedule& schedule, double step) {
  const auto total = static_cast<double>(schedule.total_steps);
  const double top = std::max(1.0, schedule.warmup_share * total);
  if (step < top) return half_cosine(schedule.highest / 25.0, schedule.highest, (step - 1.0) / (top - 1.0));
  if (total <= top) return schedule.highest;
  return half_cosine(schedule.highest, schedule.highest / 1e4, std::min(1.0, (step - top) / (total - top)));
}

}  // namespace

double learning_rate(const Schedule& schedule, int64_t step) {
  const auto now = static_cast<double>(step);
  if (schedule.name == "one_cycle") return one_cycle(schedule, now);
  const auto warmup = static_cast<double>(std::max<int64_t>(1, schedule.warmup_steps));
  if (step < schedule.warmup_steps) return schedule.highest * now / warmup;
  if (schedule.name == "inverse_sqrt") return schedule.highest * std::sqrt(warmup / std::max(now, warmup));
  if (schedule.name == "constant" || schedule.name == "plateau") return schedule.highest;
  if (schedule.total_steps <= schedule.warmup_steps) return schedule.highest;
  const double done = std::min(1.0, (now - warmup) / (static_cast<double>(schedule.total_steps) - warmup));
  if (schedule.name == "cosine") return half_cosine(schedule.highest, 0.0, done);
  return schedule.highest * (1.0 - done);
}

}  // namespace heed::train
