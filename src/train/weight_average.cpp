#include "train/weight_average.h"

#include <algorithm>

namespace heed::train {

void swap_weights(const Parameters& parameters, std::vector<torch::Tensor>& tensors) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < tensors.size(); ++i) {
    torch::Tensor weight = parameters.all()[i].second.detach();  // shares its storage
    const torch::Tensor kept = weight.clone();
    weight.copy_(tensors[i]);
    tensors[i].copy_(kept);
  }
}

WeightAverage::WeightAverage(const Parameters& parameters, double decay)
    : parameters_(parameters), decay_(decay) {
  if (decay_ <= 0.0) return;
  for (const auto& [name, tensor] : parameters_.all()) average_.push_back(tensor.detach().clone());
}

void WeightAverage::update(int64_t step) {
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(step);
  const double decay = std::min(decay_, (1.0 + t) / (10.0 + t));
  for (size_t i = 0; i < average_.size(); ++i)
    average_[i].lerp_(parameters_.all()[i].second.detach(), 1.0 - decay);
}

}  // namespace heed::train
