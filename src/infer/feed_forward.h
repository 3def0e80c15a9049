#pragma once

#include "infer/layer_norm.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// down(activation(up(norm(x)))).
class FeedForward {
 public:
  FeedForward(const Weights& scope, const ModelConfig& config);

  Matrix operator()(const Matrix& x) const;

 private:
  LayerNorm norm_;
  Linear up_, down_;
  bool gelu_;
};

}  // namespace heed::infer
