#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/finish.h"

namespace heed::kernels {

// Weights of one byte [out, in], scale[o] * weight[o][i], laid out once for the instruction set of the
// machine that runs them.
//
// Each row of x is cut into bytes of its own range: x[i] ~ low + step * q[i], q in [0, levels], step =
// (greatest - low) / levels. Then
//   y[o] = scale[o] * (step * sum_i q[i] weight[o][i] + low * sum_i weight[o][i]) + bias[o],
// with sums of whole numbers that are exact: a row of y does not depend on the rows beside it. There are 255
// levels where the processor adds up products of bytes in 32 bits (AVX-512 VNNI) and 127 where it adds pairs
// of them in 16, which 255 would overflow: instruction sets give results that differ by rounding of x.
class Int8Weights {
 public:
  // `weight` in [-127, 127], `scale` [out], `bias` [out] or empty; all copied. in is below 2^17.
  Int8Weights(std::span<const int8_t> weight, std::span<const float> scale, std::span<const float> bias,
              int64_t out, int64_t in);

  int64_t out() const { return out_; }
  int64_t in() const { return in_; }

  // x [rows, in], y [rows, out]. A row of x with a number that is not finite gives such numbers.
  void multiply(const float* x, int64_t rows, float* y, Finish finish = {}) const;

 private:
  int64_t out_, in_;
  int64_t words_;                           // of four inputs each
  std::vector<int32_t> packed_;             // four bytes each: [block of outputs][word][output in block]
  std::vector<float> scale_, sums_, bias_;  // [out, padded to whole blocks]; sums: scale * sum of weights
};

}  // namespace heed::kernels
