#pragma once

#include "infer/matrix.h"
#include "infer/weights.h"

namespace heed::infer {

// y = (x - mean) / sqrt(variance + 1e-5) * weight + bias, row by row (arXiv:1607.06450).
class LayerNorm {
 public:
  explicit LayerNorm(const Weights& scope) : weight_(scope.at("weight")), bias_(scope.at("bias")) {}

  Matrix operator()(const Matrix& x) const;

 private:
  std::vector<float> weight_, bias_;
};

}  // namespace heed::infer
