#pragma once

#include <vector>

#include "train/parameters.h"

namespace heed::train {

// Exchanges the parameters' weights and `tensors`, which are as many in the same order, or none: then nothing
// happens.
void swap_weights(const Parameters& parameters, std::vector<torch::Tensor>& tensors);

// Exponential moving average of the weights: a <- d a + (1 - d) w, with d smaller in the first steps,
// min(decay, (1 + t) / (10 + t)). A decay of 0 keeps none.
class WeightAverage {
 public:
  WeightAverage(const Parameters& parameters, double decay);

  void update(int64_t step);
  // Exchanges the averages and the weights; a second call puts them back. Nothing where no average is kept.
  void swap() { swap_weights(parameters_, average_); }
  const std::vector<torch::Tensor>& tensors() const { return average_; }

 private:
  const Parameters& parameters_;
  double decay_;
  std::vector<torch::Tensor> average_;
};

}  // namespace heed::train
