#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace heed::apps::recommend {

// About how many different people (HyperLogLog, Flajolet et al. 2007, 64 registers; few are counted
// linearly). Whatever one account does, it adds one at most: what it does again leaves no trace. Deviation 13
// %.
class PeopleCount {
 public:
  void add(std::string_view person) {
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : person) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = mix64(hash);
    uint8_t& own = registers_[hash % kRegisters];
    own = std::max(own, static_cast<uint8_t>(1 + std::countl_zero(hash | kRegisters)));
  }

  double estimate() const {
    double sum = 0.0;
    int64_t empty = 0;
    for (const uint8_t own : registers_) {
      sum += std::ldexp(1.0, -own);
      empty += own == 0 ? 1 : 0;
    }
    constexpr double m = kRegisters;
    const double raw = 0.709 * m * m / sum;
    return raw <= 2.5 * m && empty > 0 ? m * std::log(m / static_cast<double>(empty)) : raw;
  }

 private:
  static constexpr uint64_t kRegisters = 64;
  std::array<uint8_t, kRegisters> registers_{};
};

}  // namespace heed::apps::recommend
