#pragma once

#include <cstdint>
#include <string>

namespace heed::train {

struct Schedule {
  std::string name = "inverse_sqrt";  // inverse_sqrt, cosine, linear, constant, one_cycle, plateau
  double highest = 1e-3;
  int64_t warmup_steps = 0;
  double warmup_share = 0.3;  // of total_steps: one_cycle's warm-up
  int64_t total_steps = 0;    // where the rate has fallen; 0: it stays at the highest
};

// The learning rate of `step` (from 1): linear from 0 over the warm-up, then
//   inverse_sqrt: highest * sqrt(warmup / step)   cosine: half a cosine to 0   linear: a line to 0
//   constant and plateau: highest (for plateau the trainer lowers it)
// one_cycle (arXiv:1708.07120): half a cosine from highest / 25 up to highest at warmup_share * total_steps,
// and half a one down to highest / 10^4 at total_steps.
double learning_rate(const Schedule& schedule, int64_t step);

}  // namespace heed::train
