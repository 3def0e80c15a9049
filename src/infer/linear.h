#pragma once

#include "infer/matrix.h"
#include "infer/packed_matrix.h"
#include "infer/weights.h"

namespace heed::infer {

// y = x W^T + b, from SCOPE.weight [out, in] and SCOPE.bias [out] (none: no bias).
class Linear {
 public:
  explicit Linear(const Weights& scope);

  Matrix operator()(const Matrix& x) const;

 private:
  int64_t out_;
  PackedMatrix weight_;
};

}  // namespace heed::infer
