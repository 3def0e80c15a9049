// Products of tiles of bfloat16 pairs, on AVX-512 with BF16: two products a lane and instruction, summed in
// floats.
#if defined(HEED_ATTENTION_FUSED_PAIRS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_PAIRS_INL_H_
#undef HEED_ATTENTION_FUSED_PAIRS_INL_H_
#else
#define HEED_ATTENTION_FUSED_PAIRS_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "attention/fused_matmul-inl.h"

#undef HEED_ATTENTION_HAS_PAIRS
#if HWY_TARGET == HWY_AVX3
#define HEED_ATTENTION_HAS_PAIRS 1
#else
#define HEED_ATTENTION_HAS_PAIRS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A word holds two numbers that stand one after the other along the summed dimension, the first in its lower
// half. Rows as they lie in memory are rows of words already; words need not be aligned.
struct LeftWords {
  const void* data;
  int64_t row;     // in words
  int64_t column;  // in words
};

// Floats that came from bfloat16 -> words, exactly.
HWY_INLINE hn::VFromD<hn::RebindToUnsigned<FloatTag>> pack_words(Float first, Float second) {
  const hn::RebindToUnsigned<FloatTag> du;
  return hn::Or(hn::ShiftRight<16>(hn::BitCast(du, first)),
                hn::And(hn::BitCast(du, second), hn::Set(du, 0xffff0000U)));
}

HWY_INLINE int64_t padded_pairs(int64_t length) { return (length + 1) / 2; }

// [length, columns] floats that came from bfloat16 -> [length / 2, columns] words, in the same place if
// wanted; an odd row is paired with zeros.
HWY_INLINE void pack_pairs(Tile from, int64_t length, int64_t columns, Tile to) {
  const FloatTag d;
  for (int64_t l = 0; l < length; l += 2) {
    for (int64_t i = 0; i < whole_vectors(columns); i += lanes()) {
      const Float first = hn::Load(d, from.row(l) + i);
      const Float second = l + 1 < length ? hn::Load(d, from.row(l + 1) + i) : hn::Zero(d);
      hn::Store(hn::BitCast(d, pack_words(first, second)), d, to.row(l / 2) + i);
    }
  }
}

#if HEED_ATTENTION_HAS_PAIRS
HWY_INLINE bool has_pair_products() {
  static const bool has = __builtin_cpu_supports("avx512bf16") != 0;
  return has;
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

HWY_PUSH_ATTRIBUTES(HWY_TARGET_STR_AVX3 ",avx512bf16")
namespace heed::attention::HWY_NAMESPACE {

// As pack_pairs() for any floats, rounded to the nearest, of two to the even.
inline void round_pairs(Tile from, int64_t length, int64_t columns, Tile to) {
  alignas(64) static constexpr uint16_t kInterleave[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i interleave = _mm512_load_si512(kInterleave);
  for (int64_t l = 0; l < length; l += 2) {
    for (int64_t i = 0; i < columns; i += 16) {
      const __m512 first = _mm512_load_ps(from.row(l) + i);
      const __m512 second = l + 1 < length ? _mm512_load_ps(from.row(l + 1) + i) : _mm512_setzero_ps();
      const auto halves = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
      _mm512_store_si512(to.row(l / 2) + i, _mm512_permutexvar_epi16(interleave, halves));
    }
  }
}

// As multiply_block(), with words for numbers.
template <int kRows, int kVectors>
HWY_INLINE void multiply_pairs_block(LeftWords a, const float* HWY_RESTRICT b, int64_t b_stride,
                                     int64_t length, float* HWY_RESTRICT c, int64_t c_stride, bool add) {
  __m512 sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = add ? _mm512_load_ps(c + r * c_stride + v * 16) : _mm512_setzero_ps();
    }
  }
  const char* left = static_cast<const char*>(a.data);
  for (int64_t l = 0; l < length; ++l, b += b_stride, left += a.column * 4) {
    __m512i right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = _mm512_load_si512(b + v * 16);
    for (int r = 0; r < kRows; ++r) {
      int32_t word;
      std::memcpy(&word, left + r * a.row * 4, sizeof word);
      const __m512i by = _mm512_set1_epi32(word);
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] =
            _mm512_dpbf16_ps(sum[r][v], reinterpret_cast<__m512bh>(by), reinterpret_cast<__m512bh>(right[v]));
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) _mm512_store_ps(c + r * c_stride + v * 16, sum[r][v]);
  }
}

template <int kVectors>
HWY_INLINE void multiply_pairs_columns(LeftWords a, int64_t rows, int64_t length, const float* b,
                                       int64_t b_stride, Tile c, int64_t column, bool add) {
  constexpr int kMostRows = most_rows(kVectors);
  int64_t m = 0;
  const auto left = [&a](int64_t row) {
    return LeftWords{static_cast<const char*>(a.data) + row * a.row * 4, a.row, a.column};
  };
  for (; m + kMostRows <= rows; m += kMostRows) {
    multiply_pairs_block<kMostRows, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column,
                                              c.stride, add);
  }
  for (; m + 4 <= rows; m += 4) {
    multiply_pairs_block<4, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride,
                                      add);
  }
  if (m + 2 <= rows) {
    multiply_pairs_block<2, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride,
                                      add);
    m += 2;
  }
  if (m < rows) {
    multiply_pairs_block<1, kVectors>(left(m), b + column, b_stride, length, c.row(m) + column, c.stride,
                                      add);
  }
}

// c[rows, columns] (+)= a[rows, length words] b[length words, columns]; whole vectors of columns are written.
inline void multiply_pairs(LeftWords a, int64_t rows, int64_t length, Tile b, Tile c, int64_t columns,
                           bool add) {
  const int64_t end = (columns + 15) / 16 * 16;
  int64_t column = 0;
  for (; column + 64 <= end; column += 64) {
    multiply_pairs_columns<4>(a, rows, length, b.data, b.stride, c, column, add);
  }
  for (; column + 32 <= end; column += 32) {
    multiply_pairs_columns<2>(a, rows, length, b.data, b.stride, c, column, add);
  }
  for (; column < end; column += 16) {
    multiply_pairs_columns<1>(a, rows, length, b.data, b.stride, c, column, add);
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_POP_ATTRIBUTES
#else
HWY_INLINE bool has_pair_products() { return false; }
inline void round_pairs(Tile, int64_t, int64_t, Tile) {}
inline void multiply_pairs(LeftWords, int64_t, int64_t, Tile, Tile, int64_t, bool) {}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif
