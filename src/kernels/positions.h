#pragma once

#include <cstdint>
#include <vector>

namespace heed::kernels {

// Sinusoidal positions [length, D]: p(t, 2i) = sin(t / 10000^(2i/D)), p(t, 2i+1) = cos of the same
// (arXiv:1706.03762 section 3.5). Computed in double precision; training and serving both add this table.
std::vector<float> sinusoid_table(int64_t length, int64_t dim);

}  // namespace heed::kernels
