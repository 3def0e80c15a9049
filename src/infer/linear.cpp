#include "infer/linear.h"

namespace heed::infer {

Linear::Linear(const Weights& scope)
    : out_(scope.shape("weight")[0]),
      weight_(scope.at("weight"), scope.find("bias"), out_, scope.shape("weight")[1]) {}

Matrix Linear::operator()(const Matrix& x) const {
  Matrix y(x.rows, out_);
  weight_.multiply(x.values.data(), x.rows, y.values.data());
  return y;
}

}  // namespace heed::infer
