#pragma once

#include <memory>
#include <vector>

#include "figure.h"
#include "train/batches.h"

// The rows of training that a program measures, and what stands beside Heed in them.
namespace heed::bench {

// Target tokens/s of whole training steps, two threads: fp32, beside two cores' matrix products and beside a
// plain LibTorch module of the same shape on the same sentences.
std::vector<Figure> train_speed();

// What one writes with LibTorch for the same job: torch::nn::Transformer over padded batches, tied
// embeddings, torch::nn::functional::cross_entropy, torch::optim::Adam.
class PlainTransformer {
 public:
  PlainTransformer(const ModelConfig& config, double dropout, double smoothing, double learning_rate);
  ~PlainTransformer();

  // One step on these examples, in one padded batch. Returns the mean loss.
  double step(const std::vector<train::Example>& examples, const std::vector<int64_t>& numbers);

 private:
  struct Module;
  std::unique_ptr<Module> module_;
};

}  // namespace heed::bench
