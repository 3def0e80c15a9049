// Products of rows of floats, compiled once for each instruction set.
#if defined(HEED_KERNELS_FLOAT_WEIGHTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_FLOAT_WEIGHTS_INL_H_
#undef HEED_KERNELS_FLOAT_WEIGHTS_INL_H_
#else
#define HEED_KERNELS_FLOAT_WEIGHTS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/highway.h>

#include "kernels/finish.h"
#include "kernels/store_outputs-inl.h"

#ifndef HEED_KERNELS_FLOAT_TYPES_
#define HEED_KERNELS_FLOAT_TYPES_
namespace heed::kernels {

struct FloatProduct {
  const float* x;       // [rows, in]
  const float* packed;  // [block of outputs][input][output in block]
  const float* bias;    // [out, padded]
  int64_t rows, in, out;
};

}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

constexpr int kFloatBlockVectors = 2;  // a block of outputs is so many vectors

HWY_INLINE int64_t float_lanes() { return static_cast<int64_t>(hn::Lanes(FloatTag())); }

int64_t float_block() { return kFloatBlockVectors * float_lanes(); }

// kRows rows from r on times kBlocks blocks of outputs from `block` on. Sums stay in registers.
template <int kRows, int kBlocks, bool kRelu, bool kAdd>
HWY_INLINE void multiply_float_tile(const FloatProduct& product, int64_t r, int64_t block, float* y) {
  constexpr int kVectors = kBlocks * kFloatBlockVectors;
  const FloatTag d;
  const int64_t lanes = float_lanes(), width = kFloatBlockVectors * lanes;
  const float* HWY_RESTRICT weight = product.packed + block * width * product.in;
  const float* HWY_RESTRICT x = product.x + r * product.in;
  FloatVector sums[kRows][kVectors];
  for (auto& of_row : sums) {
    for (FloatVector& sum : of_row) sum = hn::Zero(d);
  }
  for (int64_t k = 0; k < product.in; ++k) {
    FloatVector w[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      const int64_t of_block = v / kFloatBlockVectors * product.in + k;
      w[v] = hn::LoadU(d, weight + of_block * width + v % kFloatBlockVectors * lanes);
    }
    for (int i = 0; i < kRows; ++i) {
      const FloatVector each = hn::Set(d, x[i * product.in + k]);
      for (int v = 0; v < kVectors; ++v) sums[i][v] = hn::MulAdd(each, w[v], sums[i][v]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      const int64_t o = block * width + v * lanes;
      if (o >= product.out) continue;
      store_outputs<kRelu, kAdd>(hn::Add(sums[i][v], hn::LoadU(d, product.bias + o)), product.out - o,
                                 y + (r + i) * product.out + o);
    }
  }
}

template <bool kRelu, bool kAdd>
void multiply_blocks(const FloatProduct& product, float* y) {
  const int64_t blocks = (product.out + float_block() - 1) / float_block();
  int64_t block = 0;
  // A row alone takes four blocks at once, for enough sums in flight.
  if (product.rows == 1) {
    for (; block + 4 <= blocks; block += 4) multiply_float_tile<1, 4, kRelu, kAdd>(product, 0, block, y);
  }
  for (; block < blocks; ++block) {
    int64_t r = 0;
    for (; r + 6 <= product.rows; r += 6) multiply_float_tile<6, 1, kRelu, kAdd>(product, r, block, y);
    for (; r + 2 <= product.rows; r += 2) multiply_float_tile<2, 1, kRelu, kAdd>(product, r, block, y);
    for (; r < product.rows; ++r) multiply_float_tile<1, 1, kRelu, kAdd>(product, r, block, y);
  }
}

void multiply_floats(const FloatProduct& product, float* y, Finish finish) {
  if (finish.relu) {
    return finish.add ? multiply_blocks<true, true>(product, y) : multiply_blocks<true, false>(product, y);
  }
  return finish.add ? multiply_blocks<false, true>(product, y) : multiply_blocks<false, false>(product, y);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
