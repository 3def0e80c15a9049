#pragma once

#include <cstdint>

#include "infer/block_norm.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// down(activation(up(x))), with norm and residual connection. Gated: up gives [g, v] side by side, and down
// takes activation(g) * v (arXiv:2002.05202 eq. 6).
class FeedForward {
 public:
  FeedForward(const Weights& scope, const ModelConfig& config);

  void forward(Matrix& x) const;

 private:
  Matrix activate(Matrix inner) const;

  BlockNorm norm_;
  Linear up_, down_;
  void (*activation_)(float* values, int64_t count);  // null: ReLU, which the product up does itself
  bool gated_;
};

}  // namespace heed::infer
