#pragma once

#include <vector>

#include "attention/attention.h"

namespace heed::infer {

// Weights averaged over heads, [rows][keys], from a tap whose top covers every key: shares of what each query
// row attended to. `heads` heads, query rows [row, row + rows).
std::vector<std::vector<float>> mean_attention(const attention::Tap& tap, int64_t heads, int64_t row,
                                               int64_t rows, int64_t keys);

}  // namespace heed::infer
