#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include "kernels/float_weights.h"
#include "kernels/int8_weights.h"

namespace heed::infer {

// A weight matrix in the layout that the machine multiplies fastest with, packed once: bytes by
// kernels/int8_weights.h; floats by oneDNN where its kernels keep a row apart from the others (AVX-512), else
// by kernels/float_weights.h. Thread-safe.
class PackedMatrix {
 public:
  // `weight` is [out, in], `bias` [out] or empty; both are copied.
  PackedMatrix(std::span<const float> weight, std::span<const float> bias, int64_t out, int64_t in);
  // Weights scale[o] * weight[o][i].
  PackedMatrix(std::span<const int8_t> weight, std::span<const float> scale, std::span<const float> bias,
               int64_t out, int64_t in);
  ~PackedMatrix();
  PackedMatrix(PackedMatrix&&) noexcept;
  PackedMatrix& operator=(PackedMatrix&&) noexcept;

  int64_t out() const { return out_; }
  int64_t in() const { return in_; }

  // y [rows, out] = x [rows, in] weight^T + bias, finished as `finish` says. A row of y does not depend, to
  // the last bit, on the other rows or on how many there are. Call it where a SingleThread lives.
  void multiply(const float* x, int64_t rows, float* y, kernels::Finish finish = {}) const;

 private:
  struct OneDnn;
  void multiply_one_dnn(const float* x, int64_t rows, float* y, kernels::Finish finish) const;

  int64_t out_, in_;
  std::variant<std::unique_ptr<const OneDnn>, kernels::FloatWeights, kernels::Int8Weights> weights_;
};

}  // namespace heed::infer
