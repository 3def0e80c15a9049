#pragma once

#include <cstdint>
#include <string>

namespace heed::train {

struct Schedule {
  std::string name = "inverse_sqrt";  // inverse_sqrt, cosine, linear, constant
  double highest = 1e-3;
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;  // where cosine and linear reach zero; 0: they stay at the highest
};

// The learning rate of `step` (from 1): linear from 0 over the warm-up, then
//   inverse_sqrt: highest * sqrt(warmup / step)   cosine: half a cosine to 0   linear: a line to 0 constant:
//   highest
double learning_rate(const Schedule& schedule, int64_t step);

}  // namespace heed::train
