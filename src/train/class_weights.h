#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "train/examples.h"

namespace heed::train {

// Weights [classes] of a single-label head's classes that let each count alike: n / (k n_c), where n_c of n
// examples have class c and k classes occur. Their mean over the examples is 1. A class that does not occur
// has 0.
torch::Tensor balanced_class_weights(const std::vector<Example>& examples, size_t head, int64_t classes);

}  // namespace heed::train
