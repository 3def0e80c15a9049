#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attention/attention.h"

namespace heed::attention {

// Sizes the tap for the rows of these sequences: no links (-1, weight 0), entropy 0, nothing received. What
// was asked for is kept.
void clear_tap(Tap& tap, std::span<const Sequence> sequences, int64_t heads);

// Where the keys of each sequence begin in Tap::received.
std::vector<int64_t> first_keys(std::span<const Sequence> sequences);

// Collects one row's weights, key after key in ascending order. Different rows may be written at the same
// time.
class TapRow {
 public:
  TapRow(Tap& tap, int64_t row, int64_t head, int64_t heads);

  // A weight of 0 is no link. Of equal weights the earlier key comes first.
  void add(int64_t key, double weight);
  // Entropy of the weights as shares of their sum, which for all normalisers but `sigmoid` is 1.
  void finish();

 private:
  int32_t* keys_;
  float* weights_;
  float* entropy_;
  int64_t top_;
  int64_t count_ = 0;
  double sum_ = 0;
  double sum_log_ = 0;  // of w log w
};

}  // namespace heed::attention
