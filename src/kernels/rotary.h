#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Rotary positions (RoPE, arXiv:2104.09864 eq. 14-15): a row's heads are turned, pair by pair of numbers, by
// angles that grow with the row's position, so that the product of a query and a key depends on how far
// apart they stand, not on where. In a head x of width K, element i < K/2 makes a pair with element i + K/2
// (the paper pairs neighbours, which is the same up to the order of the weights' rows):
//   y_i       = x_i cos(p w_i) - x_(i + K/2) sin(p w_i),   w_i = 10000^(-2 i / K)
//   y_(i+K/2) = x_i sin(p w_i) + x_(i + K/2) cos(p w_i)
namespace heed::kernels {

// How far each of N rows is turned. One without a width turns nothing.
struct Rotation {
  Rotation() = default;
  // `row_positions` at least 0; `head_width` K even. Angles are taken in double precision, once for each
  // position from the first to the last.
  Rotation(std::vector<int64_t> row_positions, int64_t head_width);

  int64_t width = 0;               // K
  int64_t first = 0;               // the smallest position
  std::vector<int64_t> positions;  // [N]
  std::vector<float> turns;        // [last - first + 1, K]: K/2 cosines, then K/2 sines
};

// rows [N, heads * K], in place, `stride` numbers from one row to the next (0: heads * K).
void rotate(float* rows, int64_t heads, const Rotation& rotation, int64_t stride = 0);

// The inverse and transpose of the same: from dLoss/dy to dLoss/dx.
void rotate_back(float* rows, int64_t heads, const Rotation& rotation, int64_t stride = 0);

}  // namespace heed::kernels
