#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace heed::infer {

// A weight matrix in the layout that oneDNN multiplies fastest with, packed once. Thread-safe.
class PackedMatrix {
 public:
  // `weight` is [out, in], `bias` [out] or empty; both are copied.
  PackedMatrix(std::span<const float> weight, std::span<const float> bias, int64_t out, int64_t in);
  ~PackedMatrix();
  PackedMatrix(PackedMatrix&&) noexcept;

  // y [rows, out] = x [rows, in] weight^T + bias. A row of y does not depend, to the last bit, on the other
  // rows or on how many there are. Call it where a SingleThread lives.
  void multiply(const float* x, int64_t rows, float* y) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace heed::infer
