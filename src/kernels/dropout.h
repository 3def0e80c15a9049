#pragma once

#include <cstdint>

// Dropout without a stored mask: element i survives as a pure function of (seed, i), so the backward pass
// draws the same. Element survives with probability 1 - p and is divided by it; p in [0, 1). Ranges [begin,
// end) may run on several threads.
namespace heed::kernels {

// y[i] = residual[i] + drop(x[i])
void dropout_add(const float* x, const float* residual, float* y, int64_t begin, int64_t end, double p,
                 uint64_t seed);

// y[i] = drop(x[i]); y may be x. Also dropout's own gradient, of a gradient.
void dropout(const float* x, float* y, int64_t begin, int64_t end, double p, uint64_t seed);

// x[i] = drop(max(x[i], 0)), in place.
void relu_dropout(float* x, int64_t begin, int64_t end, double p, uint64_t seed);

// Its gradient, of which only its output y is needed: d_x[i] = d_y[i] / (1 - p) where y[i] > 0, else 0.
void relu_dropout_gradient(const float* y, const float* d_y, float* d_x, int64_t begin, int64_t end,
                           double p);

}  // namespace heed::kernels
