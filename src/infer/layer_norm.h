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
  void in_place(Matrix& x) const { normalise(x, x); }

 private:
  void normalise(const Matrix& x, Matrix& y) const;

  std::vector<float> weight_, bias_;
};

}  // namespace heed::infer
