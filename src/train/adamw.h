#pragma once

#include <vector>

#include "train/parameters.h"

namespace heed::train {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8, weight_decay = 0.01;
};

// AdamW (arXiv:1711.05101 algorithm 2) over the gradients that stand in the parameters, one pass over memory
// a step. Decay spares one-dimensional weights (biases, norms, temperatures). Its moments are plain tensors,
// so that a checkpoint can hold them.
class AdamW {
 public:
  AdamW(const Parameters& parameters, AdamWOptions options);

  // m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  w -= lr (m^ / (sqrt(v^) + eps) + decay w); then clears
  // gradients. `gradient_scale` multiplies every gradient first (clipping). `step` counts from 1.
  void update(int64_t step, double learning_rate, double gradient_scale);

  const std::vector<torch::Tensor>& first_moments() const { return first_; }
  const std::vector<torch::Tensor>& second_moments() const { return second_; }

 private:
  const Parameters& parameters_;
  AdamWOptions options_;
  std::vector<torch::Tensor> first_, second_;
};

// Square root of the sum of squares of every gradient.
double gradient_norm(const Parameters& parameters);

}  // namespace heed::train
