#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace heed::attention {

// weights[i] = ramp[i] exp(scores[i]) / sum, with no ramp where it is empty. Returns log(sum).
template <class T>
T softmax(std::span<const T> scores, std::span<const T> ramp, std::span<T> weights);

// d_i = w_i (g_i - sum_j w_j g_j), for softmax with a ramp or without, and for hard().
template <class T>
void softmax_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores);

// Softmax among the `top` greatest scores, 0 for the others; of equal ones the earlier key is kept.
template <class T>
void hard(int64_t top, std::span<const T> scores, std::span<T> weights);

// Greatest first; NaN before all, so that the order is total and a NaN spreads over its row and no further.
template <class T>
bool sorts_before(T a, T b) {
  return a > b || (std::isnan(a) && !std::isnan(b));
}

}  // namespace heed::attention
