#pragma once

#include <cstdint>

namespace heed::kernels {

// y = (x - mean) / sqrt(variance + 1e-5) * weight + bias, row by row (arXiv:1607.06450); x and y [rows,
// width], one or two places. A row's bits do not depend on the others.
void layer_norm(const float* x, int64_t rows, int64_t width, const float* weight, const float* bias,
                float* y);

}  // namespace heed::kernels
