#pragma once

#include <cstdint>

namespace heed::kernels {

// x Phi(x) in place, the exact form (arXiv:1606.08415), not its tanh approximation: Phi by the error
// function, to 1e-7 (Abramowitz and Stegun 7.1.26).
void gelu(float* x, int64_t count);

// x / (1 + exp(-x)) in place (arXiv:1702.03118).
void silu(float* x, int64_t count);

}  // namespace heed::kernels
