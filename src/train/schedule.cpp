#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed::train {

double learning_rate(const Schedule& schedule, int64_t step) {
  const auto now = static_cast<double>(step);
  const auto warmup = static_cast<double>(std::max<int64_t>(1, schedule.warmup_steps));
  if (step < schedule.warmup_steps) return schedule.highest * now / warmup;
  if (schedule.name == "inverse_sqrt") return schedule.highest * std::sqrt(warmup / std::max(now, warmup));
  if (schedule.name == "constant" || schedule.total_steps <= schedule.warmup_steps) return schedule.highest;
  const double done = std::min(1.0, (now - warmup) / (static_cast<double>(schedule.total_steps) - warmup));
  if (schedule.name == "cosine") return schedule.highest * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  return schedule.highest * (1.0 - done);
}

}  // namespace heed::train
