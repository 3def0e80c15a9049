#pragma once

#include <cstdint>

// Passes over a row of logits, block by block as a product leaves them.
namespace heed::kernels {

// The greatest of x [count], count > 0. NaN where one is NaN.
float greatest(const float* x, int64_t count);

// The sum of exp(x[i] - shift).
double sum_of_exponentials(const float* x, int64_t count, float shift);

// The first place from `begin` on whose number is above `threshold`, or `count`.
int64_t find_above(const float* x, int64_t begin, int64_t count, float threshold);

}  // namespace heed::kernels
