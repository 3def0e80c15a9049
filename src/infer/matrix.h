#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heed::infer {

// Rows of floats, owned. The texts of a batch stand one after another as rows: [N, D], no padding.
struct Matrix {
  Matrix() = default;
  Matrix(int64_t row_count, int64_t width)
      : rows(row_count), cols(width), values(static_cast<size_t>(row_count * width)) {}

  float* row(int64_t i) { return values.data() + i * cols; }
  const float* row(int64_t i) const { return values.data() + i * cols; }

  int64_t rows = 0;
  int64_t cols = 0;
  std::vector<float> values;
};

// x += y, of equal shapes: a residual connection.
void add(Matrix& x, const Matrix& y);

}  // namespace heed::infer
