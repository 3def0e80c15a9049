#include "infer/layer_norm.h"

#include "infer/profile.h"
#include "kernels/layer_norm.h"

namespace heed::infer {

Matrix LayerNorm::operator()(const Matrix& x) const {
  Matrix y(x.rows, x.cols);
  normalise(x, y);
  return y;
}

void LayerNorm::normalise(const Matrix& x, Matrix& y) const {
  const Timed timed(Operation::norm);
  kernels::layer_norm(x.values.data(), x.rows, x.cols, weight_.data(), bias_.data(), y.values.data());
}

}  // namespace heed::infer
