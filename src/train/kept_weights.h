#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "train/checkpoint.h"
#include "train/parameters.h"

namespace heed::train {

// Weights of a run's validations on the disk, weights-<step>.safetensors in its folder, to be averaged at its
// end: the mean of the last k and of the k best (checkpoint averaging: arXiv:1706.03762 section 6.1;
// stochastic weight averaging: arXiv:1803.05407). In memory there is one model at a time, whatever k.
class KeptWeights {
 public:
  // Nothing is kept where both counts are 0.
  struct Options {
    int64_t last = 0, best = 0;  // k of each mean
    bool greater_is_better = false;
  };
  KeptWeights(std::filesystem::path folder, Options options)
      : folder_(std::move(folder)), options_(options) {}

  // Steps of the last k, and of the k best (the earlier among equals), oldest first. `validations` in order.
  std::vector<int64_t> last(const std::vector<Validation>& validations) const;
  std::vector<int64_t> best(const std::vector<Validation>& validations) const;

  void keep(int64_t step, const Parameters& parameters) const;
  // Removes the files that neither mean of `validations` needs. To be called when a checkpoint stands that
  // knows them, so that a run which goes back to its checkpoint finds its files.
  void prune(const std::vector<Validation>& validations) const;
  // The mean of the weights at `steps`, of which there is at least one, in the parameters' order and shapes.
  std::vector<torch::Tensor> mean(const std::vector<int64_t>& steps, const Parameters& parameters) const;

 private:
  std::filesystem::path file(int64_t step) const;

  std::filesystem::path folder_;
  Options options_;
};

}  // namespace heed::train
