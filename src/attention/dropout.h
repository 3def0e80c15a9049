#pragma once

#include <cstdint>

#include "base/random.h"

// The arithmetic of dropout_keeps(), in 32-bit steps so that a kernel can do it for a vector of keys at once.
namespace heed::attention {

// What one query row of one head contributes: two random words, the same for all its keys.
struct DropoutRow {
  uint32_t first;
  uint32_t second;
};

inline DropoutRow dropout_row(uint64_t seed, int64_t row, int64_t head) {
  const uint64_t x = mix64(mix64(mix64(seed) ^ static_cast<uint64_t>(row)) ^ static_cast<uint64_t>(head));
  return {static_cast<uint32_t>(x), static_cast<uint32_t>(x >> 32)};
}

// A weight is kept where its bits reach the threshold.
inline uint32_t dropout_threshold(double dropout) { return static_cast<uint32_t>(dropout * 0x1p32); }

// A bijective 32-bit mixer (xor-shift, multiply) with the row's second word added half way.
constexpr uint32_t kDropoutKey = 0x9e3779b1U;
constexpr uint32_t kDropoutFirst = 0x7feb352dU;
constexpr uint32_t kDropoutSecond = 0x846ca68bU;

inline uint32_t dropout_bits(DropoutRow row, uint32_t key) {
  uint32_t x = key * kDropoutKey + row.first;
  x = (x ^ (x >> 16)) * kDropoutFirst + row.second;
  x = (x ^ (x >> 15)) * kDropoutSecond;
  return x ^ (x >> 16);
}

}  // namespace heed::attention
