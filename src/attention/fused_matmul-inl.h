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

  // To go down the rows: those from an element on, the first of them, and the others.
  Tile from(int64_t m, int64_t column) const { return {row(m) + column, stride}; }
  const float* front() const { return data; }
  void pop_front() { data += stride; }
};

// Rows that are only read, anywhere in memory. `Rows` below is this or a tile.
struct ScatteredRows {
  const float* data;
  int64_t stride;
  const int32_t* rows;
  const float* row(int64_t m) const { return data + rows[m] * stride; }

  ScatteredRows from(int64_t m, int64_t column) const { return {data + column, stride, rows + m}; }
  const float* front() const { return row(0); }
  void pop_front() { ++rows; }
};

// The right side may be unaligned. c[m, n] (+)= sum over l < length of a(m, l) b[l, n], for kRows rows and
// kVectors vectors of columns. Each element is summed in the order of l in one register, so it has the same
// bits whatever block it falls in.
template <int kRows, int kVectors, class Rows>
HWY_INLINE void multiply_block(Left a, Rows b, int64_t length, float* HWY_RESTRICT c, int64_t c_stride,
                               bool add) {
  const FloatTag d;
  const int64_t n = lanes();
  Float sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = add ? hn::Load(d, c + r * c_stride + v * n) : hn::Zero(d);
  }
  const float* left = a.data;
  for (int64_t l = 0; l < length; ++l, b.pop_front(), left += a.column) {
    const float* HWY_RESTRICT from = b.front();
    Float right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = hn::LoadU(d, from + v * n);
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

template <int kVectors, class Rows>
HWY_INLINE void multiply_columns(Left a, int64_t rows, int64_t length, Rows b, Tile c, int64_t column,
                                 bool add) {
  constexpr int kMostRows = most_rows(kVectors);
  int64_t m = 0;
  const auto block = [&]<int kRows>() {
    multiply_block<kRows, kVectors>({a.data + m * a.row, a.row, a.column}, b.from(0, column), length,
                                    c.row(m) + column, c.stride, add);
    m += kRows;
  };
  while (m + kMostRows <= rows) block.template operator()<kMostRows>();
  while (m + 4 <= rows) block.template operator()<4>();
  if (m + 2 <= rows) block.template operator()<2>();
  if (m < rows) block.template operator()<1>();
}

// c[rows, columns] (+)= a[rows, length] b[length, columns]; whole vectors of columns are written.
template <class Rows>
HWY_INLINE void multiply(Left a, int64_t rows, int64_t length, Rows b, Tile c, int64_t columns, bool add) {
  const int64_t n = lanes();
  const int64_t end = whole_vectors(columns);
  int64_t column = 0;
  for (; column + kMostVectors * n <= end; column += kMostVectors * n) {
    multiply_columns<kMostVectors>(a, rows, length, b, c, column, add);
  }
  for (; column + 2 * n <= end; column += 2 * n) {
    multiply_columns<2>(a, rows, length, b, c, column, add);
  }
  for (; column < end; column += n) multiply_columns<1>(a, rows, length, b, c, column, add);
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
    // Only prefetched: it need not be there, but an index of it must.
    const T* next = from.rows == nullptr ? from.at(begin + r + kTileKeys, head) : source;
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

template <class Rows>
HWY_INLINE bool all_finite(Rows rows, int64_t count, int64_t width) {
  const FloatTag d;
  Float nothing = hn::Zero(d);
  for (int64_t r = 0; r < count; ++r) {
    for (int64_t i = 0; i < width; i += lanes()) {
      nothing = hn::MulAdd(hn::LoadU(d, rows.row(r) + i), hn::Zero(d), nothing);
    }
  }
  return hn::AllTrue(d, hn::Eq(nothing, hn::Zero(d)));
}

// As multiply(), for a right side with numbers that are not finite: a left side of 0 (a hidden key, a dropped
// weight) takes nothing, so that they reach no row that does not see them.
template <class Rows>
HWY_INLINE void multiply_seen(Left a, int64_t rows, int64_t length, Rows b, Tile c, int64_t columns,
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

// to += from
HWY_INLINE void add_row(const float* HWY_RESTRICT from, int64_t width, float* HWY_RESTRICT to) {
  const FloatTag d;
  int64_t i = 0;
  for (; i + lanes() <= width; i += lanes()) {
    hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::Load(d, from + i)), d, to + i);
  }
  for (; i < width; ++i) to[i] += from[i];
}

#if HWY_TARGET > HWY_AVX3
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
#endif

#if HWY_TARGET <= HWY_AVX3
// 16 rows x 16 columns, in registers: interleaved within blocks of 4, then blocks are exchanged. Rows from
// `rows` on repeat the last.
template <class Rows>
HWY_INLINE void load_columns(Rows from, int64_t rows, __m512 (&column)[16]) {
  __m512 block[4][4];  // [4 rows, column of each block of 4 columns]
  for (int g = 0; g < 4; ++g) {
    __m512 row[4];
    for (int r = 0; r < 4; ++r) {
      row[r] = _mm512_loadu_ps(from.front());
      if (4 * g + r + 1 < rows) from.pop_front();
    }
    const __m512d low_01 = _mm512_castps_pd(_mm512_unpacklo_ps(row[0], row[1]));
    const __m512d high_01 = _mm512_castps_pd(_mm512_unpackhi_ps(row[0], row[1]));
    const __m512d low_23 = _mm512_castps_pd(_mm512_unpacklo_ps(row[2], row[3]));
    const __m512d high_23 = _mm512_castps_pd(_mm512_unpackhi_ps(row[2], row[3]));
    block[g][0] = _mm512_castpd_ps(_mm512_unpacklo_pd(low_01, low_23));
    block[g][1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low_01, low_23));
    block[g][2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high_01, high_23));
    block[g][3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high_01, high_23));
  }
  for (int j = 0; j < 4; ++j) {
    const __m512 even_01 = _mm512_shuffle_f32x4(block[0][j], block[1][j], 0x88);
    const __m512 odd_01 = _mm512_shuffle_f32x4(block[0][j], block[1][j], 0xdd);
    const __m512 even_23 = _mm512_shuffle_f32x4(block[2][j], block[3][j], 0x88);
    const __m512 odd_23 = _mm512_shuffle_f32x4(block[2][j], block[3][j], 0xdd);
    column[j] = _mm512_shuffle_f32x4(even_01, even_23, 0x88);
    column[4 + j] = _mm512_shuffle_f32x4(odd_01, odd_23, 0x88);
    column[8 + j] = _mm512_shuffle_f32x4(even_01, even_23, 0xdd);
    column[12 + j] = _mm512_shuffle_f32x4(odd_01, odd_23, 0xdd);
  }
}

template <class Rows>
HWY_NOINLINE void transpose_16x16(Rows from, int64_t rows, float* to, int64_t to_stride) {
  __m512 column[16];
  load_columns(from, rows, column);
  for (int i = 0; i < 16; ++i) _mm512_store_ps(to + i * to_stride, column[i]);
}

// sums[s] += keys[s] . query over 16 numbers of 16 keys, in the order of multiply().
template <class Rows>
HWY_NOINLINE void dot_16x16(const float* query, Rows keys, int64_t rows, float* sums) {
  __m512 column[16];
  load_columns(keys, rows, column);
  __m512 sum = _mm512_load_ps(sums);
  for (int i = 0; i < 16; ++i) sum = _mm512_fmadd_ps(_mm512_set1_ps(query[i]), column[i], sum);
  _mm512_store_ps(sums, sum);
}
#endif

// Rows into the columns of a tile, [width, rows]; up to whole vectors of rows, the last may repeat. `from`
// holds `width` rounded up to kPad in each row, and so many rows has `to`.
template <class Rows>
HWY_INLINE void transpose(Rows from, int64_t rows, int64_t width, Tile to) {
#if HWY_TARGET <= HWY_AVX3
  for (int64_t r = 0; r < rows; r += 16) {
    for (int64_t i = 0; i < width; i += 16) {
      transpose_16x16(from.from(r, i), rows - r, to.row(i) + r, to.stride);
    }
  }
#else
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* source[] = {from.row(r), from.row(r + 1), from.row(r + 2), from.row(r + 3)};
    for (int64_t i = 0; i < width; i += 4) {
      transpose_4x4(source[0] + i, source[1] + i, source[2] + i, source[3] + i, to.row(i) + r, to.stride);
    }
  }
  for (; r < whole_vectors(rows); ++r) {
    for (int64_t i = 0; i < width; ++i) to.row(i)[r] = from.row(HWY_MIN(r, rows - 1))[i];
  }
#endif
}

// scores[s] = keys[s] . query for s < count, at least a vector of them. Rows as transpose() takes them;
// `transposed` is scratch, [width, whole vectors of count].
template <class Rows>
HWY_INLINE void dot_keys(const float* query, Rows keys, int64_t count, int64_t width, Tile transposed,
                         float* scores) {
#if HWY_TARGET <= HWY_AVX3
  if (width % 16 == 0) {
    std::fill_n(scores, whole_vectors(count), 0.0F);
    for (int64_t i = 0; i < width; i += 16) {
      for (int64_t s = 0; s < count; s += 16) {
        dot_16x16(query + i, keys.from(s, i), count - s, scores + s);
      }
    }
    return;
  }
#endif
  transpose(keys, count, width, transposed);
  multiply({query, 0, 1}, 1, width, transposed, {scores, 0}, count, false);
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
