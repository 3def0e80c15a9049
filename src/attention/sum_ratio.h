#pragma once

#include <cstdint>
#include <span>

#include "attention/variant.h"

// The plain ratio a_i / sum_j a_j, and what stands in for it where it is no set of weights.
namespace heed::attention {

// Whom an error names.
struct RowName {
  int64_t row = 0;
  int64_t head = 0;
};

// The guard acts on a row where a score is negative, or where |sum| <= 1e-6 count max|score|: such a sum is
// rounding noise, and the ratio would be too. `absolute`: |a_i| / sum_j |a_j|, and equal weights where all
// scores are 0; `softmax`: the row's softmax; `error`: throws invalid_argument that names row, head and sum.
template <class T>
void sum_ratio(SumGuard guard, std::span<const T> scores, std::span<T> weights, RowName name);

// With w_i = |a_i| / S: d_i = sign(a_i) (g_i - sum_j w_j g_j) / S. The branch of the guard counts as fixed.
template <class T>
void sum_ratio_backward(SumGuard guard, std::span<const T> scores, std::span<const T> weights,
                        std::span<const T> d_weights, std::span<T> d_scores);

}  // namespace heed::attention
