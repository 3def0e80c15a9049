#pragma once

#include <vector>

#include "infer/matrix.h"
#include "infer/weights.h"

namespace heed::infer {

// kernels/layer_norm.h, of SCOPE.weight and SCOPE.bias.
class LayerNorm {
 public:
  explicit LayerNorm(const Weights& scope) : weight_(scope.at("weight")), bias_(scope.at("bias")) {}

  Matrix operator()(const Matrix& x) const;

 private:
  std::vector<float> weight_, bias_;
};

}  // namespace heed::infer
