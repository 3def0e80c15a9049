#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "infer/buffer.h"

namespace heed::infer {

// Rows of floats, owned, at first whatever was there. The texts of a batch stand one after another as rows:
// [N, D], no padding.
struct Matrix {
  Matrix() = default;
  Matrix(int64_t row_count, int64_t width)
      : rows(row_count), cols(width), values(static_cast<size_t>(row_count * width)) {}

  static Matrix zeros(int64_t row_count, int64_t width) {
    Matrix matrix(row_count, width);
    std::fill(matrix.values.begin(), matrix.values.end(), 0.0F);
    return matrix;
  }

  float* row(int64_t i) { return values.data() + i * cols; }
  const float* row(int64_t i) const { return values.data() + i * cols; }

  int64_t rows = 0;
  int64_t cols = 0;
  Buffer values;
};

}  // namespace heed::infer
