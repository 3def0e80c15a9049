// Products of small tiles, compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_MATMUL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_MATMUL_INL_H_
#undef HEED_ATTENTION_FUSED_MATMUL_INL_H_
#else
#define HEED_ATTENTION_FUSED_MATMUL_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

#include "attention/attention.h"
#include "attention/fused_tiles.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, static_cast<size_t>(kPad)>;
using Float = hn::Vec<FloatTag>;

HWY_INLINE int64_t lanes() { return static_cast<int64_t>(hn::Lanes(FloatTag())); }

// Columns rounded up to whole vectors.
HWY_INLINE int64_t whole_vectors(int64_t columns) { return (columns + lanes() - 1) / lanes() * lanes(); }

// The left side of a product: element (m, l) is data[m * row + l * column], so that a transposed tile needs
// no copy.
struct Left {
  const float* data;
  int64_t row;
  int64_t column;
};

// A row-major tile; its rows begin on vectors.
struct Tile {
  float* data;
  int64_t stride;
  float* row(int64_t m) const { return data + m * stride; }
};

// c[m, n] (+)= sum over l < length of a(m, l) b[l, n], for kRows rows and kVectors vectors of columns. Each
// element is summed in the order of l in one register, so it has the same bits whatever block it falls in.
template <int kRows, int kVectors>
HWY_INLINE void multiply_block(Left a, const float* HWY_RESTRICT b, int64_t b_stride, int64_t length,
                               float* c, int64_t c_stride, bool add) {
  const FloatTag d;
  const int64_t n = lanes();
  Float sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = add ? hn::Load(d, c + r * c_stride + v * n) : hn::Zero(d);
  }
  for (int64_t l = 0; l < length; ++l) {
    Float right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = hn::Load(d, b + l * b_stride + v * n);
    for (int r = 0; r < kRows; ++r) {
      const Float left = hn::Set(d, a.data[r * a.row + l * a.column]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, c + r * c_stride + v * n);
  }
}

// 4 x 4 accumulators, 4 of the right side and one of the left fill 21 of 32 vector registers; with 16
// registers, 4 x 2.
constexpr int kMostRows = 4;
constexpr int kMostVectors = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64 ? 4 : 2;

template <int kVectors>
HWY_INLINE void multiply_columns(Left a, int64_t rows, int64_t length, const float* b, int64_t b_stride,
                                 Tile c, int64_t column, bool add) {
  int64_t m = 0;
  const auto left = [&](int64_t row) { return Left{a.data + row * a.row, a.row, a.column}; };
  for (; m + kMostRows <= rows; m += kMostRows) {
    multiply_block<kMostRows, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride,
                                        add);
  }
  if (m + 2 <= rows) {
    multiply_block<2, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride, add);
    m += 2;
  }
  if (m < rows) {
    multiply_block<1, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride, add);
  }
}

// c[rows, columns] (+)= a[rows, length] b[length, columns]; whole vectors of columns are written.
HWY_INLINE void multiply(Left a, int64_t rows, int64_t length, Tile b, Tile c, int64_t columns, bool add) {
  const int64_t n = lanes();
  const int64_t end = whole_vectors(columns);
  int64_t column = 0;
  for (; column + kMostVectors * n <= end; column += kMostVectors * n) {
    multiply_columns<kMostVectors>(a, rows, length, b.data, b.stride, c, column, add);
  }
  for (; column + 2 * n <= end; column += 2 * n) {
    multiply_columns<2>(a, rows, length, b.data, b.stride, c, column, add);
  }
  for (; column < end; column += n) multiply_columns<1>(a, rows, length, b.data, b.stride, c, column, add);
}

// Copies `rows` rows of `width` into the tile. What pads a row stays the zeros that it was allocated with.
HWY_INLINE void copy_rows(const Heads<const float>& from, int64_t begin, int64_t rows, int64_t head,
                          int64_t width, Tile to) {
  const FloatTag d;
  const int64_t n = lanes();
  for (int64_t r = 0; r < rows; ++r) {
    const float* HWY_RESTRICT source = from.at(begin + r, head);
    float* HWY_RESTRICT target = to.row(r);
    int64_t i = 0;
    for (; i + n <= width; i += n) hn::Store(hn::LoadU(d, source + i), d, target + i);
    for (; i < width; ++i) target[i] = source[i];
  }
}

// 4 rows x 4 columns by two rounds of interleaving, on vectors of 4.
HWY_INLINE void transpose_4x4(const float* a, const float* b, const float* c, const float* e, float* to,
                              int64_t to_stride) {
#if HWY_TARGET == HWY_SCALAR
  for (int i = 0; i < 4; ++i) {
    const float column[] = {a[i], b[i], c[i], e[i]};
    for (int k = 0; k < 4; ++k) to[i * to_stride + k] = column[k];
  }
#else
  const hn::FixedTag<float, 4> d4;
  const hn::FixedTag<double, 2> d2;  // moves pairs of floats
  const auto ab_low = hn::BitCast(d2, hn::InterleaveLower(d4, hn::LoadU(d4, a), hn::LoadU(d4, b)));
  const auto ab_high = hn::BitCast(d2, hn::InterleaveUpper(d4, hn::LoadU(d4, a), hn::LoadU(d4, b)));
  const auto ce_low = hn::BitCast(d2, hn::InterleaveLower(d4, hn::LoadU(d4, c), hn::LoadU(d4, e)));
  const auto ce_high = hn::BitCast(d2, hn::InterleaveUpper(d4, hn::LoadU(d4, c), hn::LoadU(d4, e)));
  hn::Store(hn::BitCast(d4, hn::InterleaveLower(d2, ab_low, ce_low)), d4, to);
  hn::Store(hn::BitCast(d4, hn::InterleaveUpper(d2, ab_low, ce_low)), d4, to + to_stride);
  hn::Store(hn::BitCast(d4, hn::InterleaveLower(d2, ab_high, ce_high)), d4, to + 2 * to_stride);
  hn::Store(hn::BitCast(d4, hn::InterleaveUpper(d2, ab_high, ce_high)), d4, to + 3 * to_stride);
#endif
}

// Copies rows into columns of the tile [width, rows], zeros up to whole vectors.
HWY_INLINE void copy_transposed(const Heads<const float>& from, int64_t begin, int64_t rows, int64_t head,
                                int64_t width, Tile to) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* source[4];
    for (int k = 0; k < 4; ++k) source[k] = from.at(begin + r + k, head);
    int64_t i = 0;
    for (; i + 4 <= width; i += 4) {
      transpose_4x4(source[0] + i, source[1] + i, source[2] + i, source[3] + i, to.row(i) + r, to.stride);
    }
    for (; i < width; ++i) {
      for (int k = 0; k < 4; ++k) to.row(i)[r + k] = source[k][i];
    }
  }
  for (; r < whole_vectors(rows); ++r) {
    const float* source = r < rows ? from.at(begin + r, head) : nullptr;
    for (int64_t i = 0; i < width; ++i) to.row(i)[r] = source == nullptr ? 0.0F : source[i];
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
