#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "model/config.h"
#include "model/safetensors.h"

namespace heed::train {

// The weights of a model by name, as trainable tensors: exactly those of weight_shapes(config), in that
// order.
class Parameters {
 public:
  // Fresh weights, the same for the same configuration and seed: Xavier-uniform products, N(0, 1/D)
  // embeddings and positions, norms 1 and 0, biases 0 (of forget gates 1: a memory that keeps), temperatures
  // 1, spans wide open.
  Parameters(const ModelConfig& config, uint64_t seed);

  // The same weights in memory, with gradients of their own: for another thread's batch.
  Parameters replica() const;

  // The same weights in memory of their own.
  Parameters copy() const;
  // Takes over the weights of `other`, of the same configuration.
  void assign(const Parameters& other) const;
  // Throws internal where there is no such weight; `value` has its shape.
  void set(const std::string& name, const torch::Tensor& value) const;

  // Throws internal where there is no such weight.
  const torch::Tensor& at(const std::string& name) const;
  // Undefined where there is no such weight.
  torch::Tensor find(const std::string& name) const;
  const std::vector<std::pair<std::string, torch::Tensor>>& all() const { return all_; }
  int64_t count() const;  // of numbers

 private:
  Parameters() = default;

  std::vector<std::pair<std::string, torch::Tensor>> all_;
};

// Copies between LibTorch and files; shapes must match.
Tensor to_file_tensor(const std::string& name, const torch::Tensor& tensor);
void copy_from_file(const TensorView& view, torch::Tensor tensor, const std::string& where);

}  // namespace heed::train
