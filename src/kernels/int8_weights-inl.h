// Rows cut into bytes and their products, compiled once for each instruction set.
#if defined(HEED_KERNELS_INT8_WEIGHTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_INT8_WEIGHTS_INL_H_
#undef HEED_KERNELS_INT8_WEIGHTS_INL_H_
#else
#define HEED_KERNELS_INT8_WEIGHTS_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

#include "kernels/int8_weights.h"
#include "kernels/store_outputs-inl.h"

#ifndef HEED_KERNELS_INT8_TYPES_
#define HEED_KERNELS_INT8_TYPES_
namespace heed::kernels {

// Rows of bytes: x[r][i] ~ low[r] + step[r] * bytes[r * stride + i]. The stride is a multiple of 4.
struct ByteRows {
  const uint8_t* bytes;
  int64_t stride;
  const float *step, *low;
  int64_t count;
};

// What a product needs to know of its weights.
struct Int8View {
  const int32_t* packed;  // words of four bytes
  const float *scale, *sums, *bias;
  int64_t out, words;
};

}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Int8Sum = hn::Vec<hn::ScalableTag<int32_t>>;
using Int8Float = hn::Vec<hn::ScalableTag<float>>;

#if HWY_TARGET == HWY_AVX3_DL
constexpr int kByteLevels = 255;
#else
constexpr int kByteLevels = 127;
#endif

constexpr int64_t kBlockVectors = 2;  // a block of outputs is so many vectors of sums

HWY_INLINE int64_t sum_lanes() { return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<int32_t>())); }

int64_t int8_block() { return kBlockVectors * sum_lanes(); }

// sum + the four products of bytes in each lane; `x` is unsigned, `weight` signed.
HWY_INLINE Int8Sum add_products(Int8Sum sum, Int8Sum x, Int8Sum weight) {
#if HWY_TARGET == HWY_AVX3_DL
  return Int8Sum{_mm512_dpbusd_epi32(sum.raw, x.raw, weight.raw)};
#elif HWY_TARGET == HWY_AVX3
  const __m512i pairs = _mm512_maddubs_epi16(x.raw, weight.raw);
  return Int8Sum{_mm512_add_epi32(sum.raw, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
#elif HWY_TARGET == HWY_AVX2
  const __m256i pairs = _mm256_maddubs_epi16(x.raw, weight.raw);
  return Int8Sum{_mm256_add_epi32(sum.raw, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
  const __m128i pairs = _mm_maddubs_epi16(x.raw, weight.raw);
  return Int8Sum{_mm_add_epi32(sum.raw, _mm_madd_epi16(pairs, _mm_set1_epi16(1)))};
#else
  // Byte after byte of each lane: moved to its top and back down, with the sign or without.
  const hn::ScalableTag<int32_t> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const auto left = hn::BitCast(du, x);
  const auto product = [&](auto x_byte, Int8Sum w_byte) HWY_ATTR {
    return hn::Mul(hn::BitCast(d, hn::ShiftRight<24>(x_byte)), hn::ShiftRight<24>(w_byte));
  };
  sum = hn::Add(sum, product(hn::ShiftLeft<24>(left), hn::ShiftLeft<24>(weight)));
  sum = hn::Add(sum, product(hn::ShiftLeft<16>(left), hn::ShiftLeft<16>(weight)));
  sum = hn::Add(sum, product(hn::ShiftLeft<8>(left), hn::ShiftLeft<8>(weight)));
  return hn::Add(sum, product(left, weight));
#endif
}

// The results of one vector of outputs [o, o + lanes) of row r.
template <bool kRelu, bool kAdd>
HWY_INLINE void finish_sums(Int8Sum sum, const ByteRows& x, int64_t r, const Int8View& weights, int64_t o,
                            float* y) {
  const hn::ScalableTag<float> d;
  const Int8Float step = hn::Mul(hn::Set(d, x.step[r]), hn::LoadU(d, weights.scale + o));
  const Int8Float shift =
      hn::MulAdd(hn::Set(d, x.low[r]), hn::LoadU(d, weights.sums + o), hn::LoadU(d, weights.bias + o));
  store_outputs<kRelu, kAdd>(hn::MulAdd(hn::ConvertTo(d, sum), step, shift), weights.out - o,
                             y + r * weights.out + o);
}

// kRows rows from r on times kBlocks blocks of outputs from `block` on. Sums stay in registers.
template <int kRows, int kBlocks, bool kRelu, bool kAdd>
HWY_INLINE void multiply_tile(const ByteRows& x, int64_t r, const Int8View& weights, int64_t block,
                              float* y) {
  constexpr int kVectors = kBlocks * static_cast<int>(kBlockVectors);
  const hn::ScalableTag<int32_t> d;
  const int64_t lanes = sum_lanes();
  const int64_t block_words = kBlockVectors * lanes * weights.words;
  const int32_t* HWY_RESTRICT weight = weights.packed + block * block_words;
  const uint8_t* HWY_RESTRICT row = x.bytes + r * x.stride;
  Int8Sum sums[kRows][kVectors];
  for (auto& of_row : sums) {
    for (Int8Sum& sum : of_row) sum = hn::Zero(d);
  }
  for (int64_t k = 0; k < weights.words; ++k) {
    Int8Sum w[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      w[v] = hn::LoadU(
          d, weight + (v / kBlockVectors) * block_words + (k * kBlockVectors + v % kBlockVectors) * lanes);
    }
    for (int i = 0; i < kRows; ++i) {
      int32_t word;
      std::memcpy(&word, row + i * x.stride + 4 * k, sizeof word);
      const Int8Sum four = hn::Set(d, word);
      for (int v = 0; v < kVectors; ++v) sums[i][v] = add_products(sums[i][v], four, w[v]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      const int64_t o = (block * kBlockVectors + v) * lanes;
      if (o < weights.out) finish_sums<kRelu, kAdd>(sums[i][v], x, r + i, weights, o, y);
    }
  }
}

template <bool kRelu, bool kAdd>
void multiply_bytes(const ByteRows& x, const Int8View& weights, float* y) {
  const int64_t blocks = (weights.out + int8_block() - 1) / int8_block();
  int64_t block = 0;
  // A row alone takes two blocks at once, for enough sums in flight.
  if (x.count == 1) {
    for (; block + 2 <= blocks; block += 2) multiply_tile<1, 2, kRelu, kAdd>(x, 0, weights, block, y);
  }
  for (; block < blocks; ++block) {
    int64_t r = 0;
    if (HWY_MAX_BYTES == 64 && sum_lanes() == 16) {  // 32 registers
      for (; r + 8 <= x.count; r += 8) multiply_tile<8, 1, kRelu, kAdd>(x, r, weights, block, y);
    }
    for (; r + 4 <= x.count; r += 4) multiply_tile<4, 1, kRelu, kAdd>(x, r, weights, block, y);
    for (; r + 2 <= x.count; r += 2) multiply_tile<2, 1, kRelu, kAdd>(x, r, weights, block, y);
    for (; r < x.count; ++r) multiply_tile<1, 1, kRelu, kAdd>(x, r, weights, block, y);
  }
}

void multiply_rows(const ByteRows& x, const Int8View& weights, float* y, Finish finish) {
  if (finish.relu)
    return finish.add ? multiply_bytes<true, true>(x, weights, y)
                      : multiply_bytes<true, false>(x, weights, y);
  return finish.add ? multiply_bytes<false, true>(x, weights, y)
                    : multiply_bytes<false, false>(x, weights, y);
}

// The row's least number and a step of its range, or NaN where a number is not finite.
HWY_INLINE void row_range(const float* HWY_RESTRICT x, int64_t width, float& low, float& step) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  Int8Float least = hn::Set(d, x[0]), greatest = least, nothing = hn::Zero(d);
  float low_rest = x[0], high_rest = x[0], no_rest = 0.0F;
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    const Int8Float v = hn::LoadU(d, x + i);
    least = hn::Min(least, v);
    greatest = hn::Max(greatest, v);
    nothing = hn::MulAdd(v, hn::Zero(d), nothing);  // NaN from the first number on that is not finite
  }
  for (; i < width; ++i) {
    low_rest = std::min(low_rest, x[i]);
    high_rest = std::max(high_rest, x[i]);
    no_rest += 0.0F * x[i];
  }
  low = std::min(low_rest, hn::GetLane(hn::MinOfLanes(d, least)));
  const float high = std::max(high_rest, hn::GetLane(hn::MaxOfLanes(d, greatest)));
  step = (high - low) / kByteLevels + no_rest + hn::GetLane(hn::SumOfLanes(d, nothing));
}

// x [rows, width] -> bytes [rows, stride], step and low [rows]; bytes past the width are 0.
void cut_rows(const float* x, int64_t rows, int64_t width, uint8_t* bytes, int64_t stride, float* step,
              float* low) {
  constexpr float kLeastStep = 1e-30F;  // a row all of one number
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<int32_t> di;
  const hn::Rebind<uint8_t, decltype(di)> d8;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t r = 0; r < rows; ++r, x += width, bytes += stride) {
    row_range(x, width, low[r], step[r]);
    if (step[r] < kLeastStep) step[r] = 0.0F;
    const float per_step = step[r] > 0.0F ? 1.0F / step[r] : 0.0F;
    const Int8Float factor = hn::Set(d, per_step), lowest = hn::Set(d, low[r]);
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes) {
      const auto q = hn::NearestInt(hn::Mul(hn::Sub(hn::LoadU(d, x + i), lowest), factor));
      hn::StoreU(hn::DemoteTo(d8, q), d8, bytes + i);
    }
    const hn::CappedTag<float, 1> one;
    for (; i < width; ++i) {
      const auto q = hn::NearestInt(hn::Set(one, (x[i] - low[r]) * per_step));
      bytes[i] = static_cast<uint8_t>(hn::GetLane(q));
    }
    for (; i < stride; ++i) bytes[i] = 0;
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
