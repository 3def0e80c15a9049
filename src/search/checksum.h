#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/random.h"

namespace heed::search {

// Against accidents: it changes whenever one 8-byte word changes, and nearly always with more. Not against
// intent.
inline uint64_t checksum(std::string_view bytes, uint64_t seed = 0) {
  uint64_t sum = mix64(seed ^ bytes.size());
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    sum = mix64(sum ^ word);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data() + i, bytes.size() - i);
  return mix64(sum ^ rest);
}

}  // namespace heed::search
