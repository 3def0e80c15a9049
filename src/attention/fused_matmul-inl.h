// Products of small tiles, compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_MATMUL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_MATMUL_INL_H_
#undef HEED_ATTENTION_FUSED_MATMUL_INL_H_
#else
#define HEED_ATTENTION_FUSED_MATMUL_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "attention/attention.h"
#include "attention/fused_tiles.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, static_cast<size_t>(kPad)>;
using Float = hn::Vec<FloatTag>;
using FloatMask = hn::Mask<FloatTag>;

HWY_INLINE int64_t lanes() { return static_cast<int64_t>(hn::Lanes(FloatTag())); }

// Columns rounded up to whole vectors.
HWY_INLINE int64_t whole_vectors(int64_t columns) { return (columns + lanes() - 1) / lanes() * lanes(); }

// The left side of a product, anywhere in memory: element (m, l) is data[m * row + l * column], so that a
// transposed tile needs no copy.
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
                               float* HWY_RESTRICT c, int64_t c_stride, bool add) {
  const FloatTag d;
  const int64_t n = lanes();
  Float sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = add ? hn::Load(d, c + r * c_stride + v * n) : hn::Zero(d);
  }
  const float* left = a.data;
  for (int64_t l = 0; l < length; ++l, b += b_stride, left += a.column) {
    Float right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = hn::Load(d, b + v * n);
    for (int r = 0; r < kRows; ++r) {
      const Float by = hn::Set(d, left[r * a.row]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(by, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, c + r * c_stride + v * n);
  }
}

// With 32 vector registers a block holds 24 sums (6 x 4, 12 x 2) beside its right side and one of the left:
// the units take 2 sums a cycle and give each back after 4, so at least 8 must be on their way, and a row of
// 4 vectors is loaded once for 24 products. With 16 registers it holds 12 sums (6 x 2).
constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64;
constexpr int kMostVectors = kManyRegisters ? 4 : 2;
constexpr int most_rows(int vectors) { return kManyRegisters && vectors < 4 ? 12 : 6; }

template <int kVectors>
HWY_INLINE void multiply_columns(Left a, int64_t rows, int64_t length, const float* b, int64_t b_stride,
                                 Tile c, int64_t column, bool add) {
  constexpr int kMostRows = most_rows(kVectors);
  int64_t m = 0;
  const auto block = [&]<int kRows>() {
    multiply_block<kRows, kVectors>({a.data + m * a.row, a.row, a.column}, b + column, b_stride, length,
                                    c.row(m) + column, c.stride, add);
    m += kRows;
  };
  while (m + kMostRows <= rows) block.template operator()<kMostRows>();
  while (m + 4 <= rows) block.template operator()<4>();
  if (m + 2 <= rows) block.template operator()<2>();
  if (m < rows) block.template operator()<1>();
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

// Reads a vector of either number format.
HWY_INLINE Float load_floats(const float* from) { return hn::LoadU(FloatTag(), from); }
HWY_INLINE Float load_floats(const BFloat16* from) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> du;
  const hn::Rebind<uint16_t, FloatTag> du16;
  const auto bits = hn::LoadU(du16, reinterpret_cast<const uint16_t*>(from));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, bits)));
}

// Copies `rows` rows of `width` into the tile. What pads a row stays the zeros that it was allocated with.
// True where every number is finite.
template <class T>
HWY_INLINE bool copy_rows(const Heads<const T>& from, int64_t begin, int64_t rows, int64_t head,
                          int64_t width, Tile to) {
  const FloatTag d;
  const int64_t n = lanes();
  Float nothing = hn::Zero(d);  // 0 times a finite number, and NaN from the first other one on
  float rest = 0.0F;
  for (int64_t r = 0; r < rows; ++r) {
    const T* HWY_RESTRICT source = from.at(begin + r, head);
    const T* next = from.at(begin + r + kTileKeys, head);  // only prefetched: it need not be there
    float* HWY_RESTRICT target = to.row(r);
    int64_t i = 0;
    for (; i + n <= width; i += n) {
      hwy::Prefetch(next + i);
      const Float x = load_floats(source + i);
      nothing = hn::MulAdd(x, hn::Zero(d), nothing);
      hn::Store(x, d, target + i);
    }
    for (; i < width; ++i) {
      target[i] = to_float(source[i]);
      rest += 0.0F * target[i];
    }
  }
  return hn::AllTrue(d, hn::Eq(nothing, hn::Zero(d))) && rest == 0.0F;
}

// As multiply(), for a right side with numbers that are not finite: a left side of 0 (a hidden key, a dropped
// weight) takes nothing, so that they reach no row that does not see them.
HWY_INLINE void multiply_seen(Left a, int64_t rows, int64_t length, Tile b, Tile c, int64_t columns,
                              bool add) {
  for (int64_t m = 0; m < rows; ++m) {
    float* HWY_RESTRICT to = c.row(m);
    if (!add) std::fill_n(to, columns, 0.0F);
    for (int64_t l = 0; l < length; ++l) {
      const float left = a.data[m * a.row + l * a.column];
      if (left == 0.0F) continue;
      const float* HWY_RESTRICT from = b.row(l);
      for (int64_t i = 0; i < columns; ++i) to[i] = std::fma(left, from[i], to[i]);
    }
  }
}

// Rows as the left side of a product: floats where they lie, others widened into the tile.
HWY_INLINE Left left_rows(const Heads<const float>& from, int64_t begin, int64_t, int64_t head, int64_t,
                          Tile) {
  return {from.at(begin, head), from.row_stride, 1};
}
HWY_INLINE Left left_rows(const Heads<const BFloat16>& from, int64_t begin, int64_t rows, int64_t head,
                          int64_t width, Tile to) {
  copy_rows(from, begin, rows, head, width, to);
  return {to.data, to.stride, 1};
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

// Rows of a tile into the columns of another, [width, rows]; zeros up to whole vectors of them. Rows of
// `from` hold `width` rounded up to kPad.
HWY_INLINE void transpose(Tile from, int64_t rows, int64_t width, Tile to) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    for (int64_t i = 0; i < width; i += 4) {
      const float* source = from.row(r) + i;
      transpose_4x4(source, source + from.stride, source + 2 * from.stride, source + 3 * from.stride,
                    to.row(i) + r, to.stride);
    }
  }
  for (; r < whole_vectors(rows); ++r) {
    for (int64_t i = 0; i < width; ++i) to.row(i)[r] = r < rows ? from.row(r)[i] : 0.0F;
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
