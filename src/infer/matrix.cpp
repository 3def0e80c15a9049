#include "infer/matrix.h"

#include <utility>

namespace heed::infer {

void resize_rows(Matrix& matrix, int64_t rows) {
  Matrix resized(rows, matrix.cols);
  std::copy_n(matrix.values.data(), std::min(rows, matrix.rows) * matrix.cols, resized.values.data());
  matrix = std::move(resized);
}

}  // namespace heed::infer
