#include "infer/layer_norm.h"

#include "infer/profile.h"
#include "kernels/layer_norm.h"

namespace heed::infer {

Matrix LayerNorm::operator()(const Matrix& x) const {
  const Timed timed(Operation::norm);
  Matrix y(x.rows, x.cols);
  kernels::layer_norm(x.values.data(), x.rows, x.cols, weight_.data(), bias_.data(), y.values.data());
  return y;
}

}  // namespace heed::infer
