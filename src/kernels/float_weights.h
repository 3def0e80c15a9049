#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/finish.h"

namespace heed::kernels {

// Weights [out, in] of floats, laid out once for the instruction set of the machine that runs them. Each
// y[o] = sum_i x[i] weight[o][i] + bias[o] is added up in the order of i, so a row of y does not depend, to
// the last bit, on the rows beside it.
class FloatWeights {
 public:
  // `bias` [out] or empty; both are copied.
  FloatWeights(std::span<const float> weight, std::span<const float> bias, int64_t out, int64_t in);

  int64_t out() const { return out_; }
  int64_t in() const { return in_; }

  // x [rows, in], y [rows, out].
  void multiply(const float* x, int64_t rows, float* y, Finish finish = {}) const;

 private:
  int64_t out_, in_;
  std::vector<float> packed_;  // [block of outputs][input][output in block]
  std::vector<float> bias_;    // [out, padded to whole blocks]
};

}  // namespace heed::kernels
