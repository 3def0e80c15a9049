#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "infer/matrix.h"
#include "infer/packed_matrix.h"
#include "infer/weights.h"

namespace heed::infer {

// y = x W^T + b, from SCOPE.weight [out, in] and SCOPE.bias [out] (none: no bias). Computes with bytes where
// the model directory holds them.
class Linear {
 public:
  explicit Linear(const Weights& scope) : Linear({scope}) {}
  // Several of one input as one: their outputs side by side.
  Linear(std::initializer_list<Weights> scopes);

  int64_t out() const { return weight_.out(); }

  Matrix operator()(const Matrix& x, kernels::Finish finish = {}) const;
  // y += x W^T + b: a residual connection.
  void add_to(Matrix& y, const Matrix& x) const;

 private:
  PackedMatrix weight_;
  std::vector<std::string> names_;  // of the weights, for a Calibration
};

}  // namespace heed::infer
