#include "kernels/rotary.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/vector_clones.h"

namespace heed::kernels {

Rotation::Rotation(std::vector<int64_t> row_positions, int64_t head_width)
    : width(head_width), positions(std::move(row_positions)) {
  if (positions.empty()) return;
  const auto [least, greatest] = std::minmax_element(positions.begin(), positions.end());
  first = *least;
  const int64_t count = *greatest - first + 1, half = width / 2;
  turns.resize(static_cast<size_t>(count * width));
  for (int64_t i = 0; i < half; ++i) {
    const double frequency = std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(width));
    for (int64_t p = 0; p < count; ++p) {
      const double angle = static_cast<double>(first + p) * frequency;
      turns[p * width + i] = static_cast<float>(std::cos(angle));
      turns[p * width + half + i] = static_cast<float>(std::sin(angle));
    }
  }
}

// Turns one row's heads; `sign` -1: back.
HEED_VECTOR_CLONES
void turn_heads(float* row, int64_t heads, const float* __restrict turn, int64_t half, float sign) {
  for (int64_t h = 0; h < heads; ++h) {
    float* __restrict low = row + h * 2 * half;
    float* __restrict high = low + half;
    for (int64_t i = 0; i < half; ++i) {
      const float cosine = turn[i], sine = sign * turn[half + i];
      const float x = low[i], y = high[i];
      low[i] = x * cosine - y * sine;
      high[i] = x * sine + y * cosine;
    }
  }
}

namespace {

void turn_rows(float* rows, int64_t heads, const Rotation& rotation, int64_t stride, float sign) {
  for (const int64_t position : rotation.positions) {
    const float* turn = rotation.turns.data() + (position - rotation.first) * rotation.width;
    turn_heads(rows, heads, turn, rotation.width / 2, sign);
    rows += stride > 0 ? stride : heads * rotation.width;
  }
}

}  // namespace

void rotate(float* rows, int64_t heads, const Rotation& rotation, int64_t stride) {
  turn_rows(rows, heads, rotation, stride, 1.0F);
}

void rotate_back(float* rows, int64_t heads, const Rotation& rotation, int64_t stride) {
  turn_rows(rows, heads, rotation, stride, -1.0F);
}

}  // namespace heed::kernels
