// A matrix that grows row by row and is read as it grows, compiled once for each instruction set.
#if defined(HEED_ATTENTION_LINEAR_STATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_LINEAR_STATE_INL_H_
#undef HEED_ATTENTION_LINEAR_STATE_INL_H_
#else
#define HEED_ATTENTION_LINEAR_STATE_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "attention/feature_map.h"
#include "attention/fused_tiles.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using LinearTag = hn::CappedTag<float, static_cast<size_t>(kPad)>;
using LinearVec = hn::Vec<LinearTag>;

HWY_INLINE int64_t linear_lanes() { return static_cast<int64_t>(hn::Lanes(LinearTag())); }

// Rows in memory, each padded to whole vectors.
struct LinearRows {
  float* data;
  int64_t stride;
  float* row(int64_t i) const { return data + i * stride; }
};

// Steps 0, 1 ... each first takes in its sources, then answers its sinks. Step i has the sources [i *
// sources, (i + 1) * sources) and the sinks likewise; either may be none.
struct LinearSteps {
  int64_t count;
  int64_t sources;
  LinearRows left;   // [count * sources, rows of the state]
  LinearRows right;  // [count * sources, columns]
  int64_t sinks;
  LinearRows by;   // [count * sinks, rows of the state]
  LinearRows out;  // [count * sinks, columns]: added to
};

// kRows rows and kVectors vectors of the state stay in registers while all steps go by: each source is a
// product into every register, each sink one out of it.
template <int kRows, int kVectors>
HWY_INLINE void grow_block(LinearRows state, int64_t row, int64_t column, const LinearSteps& steps) {
  const LinearTag d;
  const int64_t n = linear_lanes();
  LinearVec sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Load(d, state.row(row + r) + column + v * n);
  }
  const float* HWY_RESTRICT left = steps.left.data + row;
  const float* HWY_RESTRICT right = steps.right.data + column;
  const float* HWY_RESTRICT by = steps.by.data + row;
  float* HWY_RESTRICT out = steps.out.data + column;
  for (int64_t step = 0; step < steps.count; ++step) {
    for (int64_t i = 0; i < steps.sources; ++i, left += steps.left.stride, right += steps.right.stride) {
      LinearVec values[kVectors];
      for (int v = 0; v < kVectors; ++v) values[v] = hn::Load(d, right + v * n);
      for (int r = 0; r < kRows; ++r) {
        const LinearVec x = hn::Set(d, left[r]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(x, values[v], sum[r][v]);
      }
    }
    for (int64_t i = 0; i < steps.sinks; ++i, by += steps.by.stride, out += steps.out.stride) {
      LinearVec answer[kVectors];
      for (int v = 0; v < kVectors; ++v) answer[v] = hn::Load(d, out + v * n);
      for (int r = 0; r < kRows; ++r) {
        const LinearVec x = hn::Set(d, by[r]);
        for (int v = 0; v < kVectors; ++v) answer[v] = hn::MulAdd(x, sum[r][v], answer[v]);
      }
      for (int v = 0; v < kVectors; ++v) hn::Store(answer[v], d, out + v * n);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, state.row(row + r) + column + v * n);
  }
}

// Beside the state a block needs the vectors of a source or a sink and one of the left: 16 sums of 32 vector
// registers, 8 of 16. An answer is summed over the rows in their order, whatever the blocks are.
constexpr int kStateRows = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64 ? 8 : 4;

template <int kVectors>
HWY_INLINE void grow_columns(LinearRows state, int64_t rows, int64_t column, const LinearSteps& steps) {
  int64_t row = 0;
  for (; row + kStateRows <= rows; row += kStateRows) {
    grow_block<kStateRows, kVectors>(state, row, column, steps);
  }
  for (; row < rows; ++row) grow_block<1, kVectors>(state, row, column, steps);
}

// state[r, c] += left(source, r) right(source, c), out(sink, c) += sum_r by(sink, r) state[r, c], step by
// step.
inline void grow(LinearRows state, int64_t rows, int64_t columns, const LinearSteps& steps) {
  const int64_t n = linear_lanes();
  int64_t column = 0;
  for (; column + n < columns; column += 2 * n) grow_columns<2>(state, rows, column, steps);
  if (column < columns) grow_columns<1>(state, rows, column, steps);
}

// Rows below are whole vectors, zero behind their width.

// to = phi(from), zeros behind `width`. The least feature is taken before the comparison, so that NaN stays
// NaN.
HWY_INLINE void map_features(const float* HWY_RESTRICT from, int64_t width, LinearRows to, int64_t row) {
  const LinearTag d;
  float* HWY_RESTRICT features = to.row(row);
  std::copy_n(from, width, features);
  for (int64_t i = 0; i < width; i += linear_lanes()) {
    const LinearVec x = hn::Load(d, features + i);
    const LinearVec low = hn::Max(hn::Exp(d, hn::Min(x, hn::Zero(d))), hn::Set(d, kLeastFeature));
    const LinearVec high = hn::Add(x, hn::Set(d, 1.0F));
    hn::Store(hn::IfThenElse(hn::Le(x, hn::Zero(d)), low, high), d, features + i);
  }
  std::fill(features + width, features + to.stride, 0.0F);
}

// d_features *= phi'(x), for the x that gave `features`.
HWY_INLINE void map_slopes(const float* HWY_RESTRICT features, int64_t width,
                           float* HWY_RESTRICT d_features) {
  const LinearTag d;
  for (int64_t i = 0; i < width; i += linear_lanes()) {
    const LinearVec phi = hn::Load(d, features + i);
    const LinearVec slope =
        hn::IfThenZeroElse(hn::Le(phi, hn::Set(d, kLeastFeature)), hn::Min(phi, hn::Set(d, 1.0F)));
    hn::Store(hn::Mul(hn::Load(d, d_features + i), slope), d, d_features + i);
  }
}

HWY_INLINE float inner(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, int64_t width) {
  const LinearTag d;
  LinearVec sum = hn::Zero(d);
  for (int64_t i = 0; i < width; i += linear_lanes()) {
    sum = hn::MulAdd(hn::Load(d, a + i), hn::Load(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// a += b
HWY_INLINE void add_row(float* HWY_RESTRICT a, const float* HWY_RESTRICT b, int64_t width) {
  const LinearTag d;
  for (int64_t i = 0; i < width; i += linear_lanes()) {
    hn::Store(hn::Add(hn::Load(d, a + i), hn::Load(d, b + i)), d, a + i);
  }
}

// a *= factor
HWY_INLINE void scale_row(float* HWY_RESTRICT a, float factor, int64_t width) {
  const LinearTag d;
  const LinearVec by = hn::Set(d, factor);
  for (int64_t i = 0; i < width; i += linear_lanes()) hn::Store(hn::Mul(hn::Load(d, a + i), by), d, a + i);
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
