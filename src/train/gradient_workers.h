#pragma once

#include <cstdint>
#include <vector>

#include "train/network.h"

namespace heed::train {

// Gradients of several batches at once, a batch a thread, each thread on one core without a barrier inside
// its batch. The gradients of the batches are added in the batches' order, sparse ones too, so a step does
// not depend on the number of threads, bit for bit.
class GradientWorkers {
 public:
  // `threads` at least 1; as many replicas of the network's gradients are kept.
  GradientWorkers(Network& network, int64_t threads);

  struct Work {
    std::vector<Batch> batches;
    std::vector<DropoutPlan> dropouts;  // one a batch
    LossOptions loss;
  };
  struct Sums {
    double negative_log_likelihood = 0.0;
    int64_t units = 0;
  };
  // Leaves the gradient of the mean of the batches' mean losses in the network's parameters.
  Sums run(const Work& work);

 private:
  Network& network_;
  std::vector<Network> replicas_;
};

// sum += gradient, either of them dense, sparse or undefined (nothing); the sum is sparse, and coalesced,
// where both are.
void add_gradient(torch::Tensor& sum, torch::Tensor gradient);

}  // namespace heed::train
