#include "attention/tap.h"

#include <algorithm>
#include <cmath>

#include "attention/place.h"

namespace heed::attention {

std::vector<int64_t> first_keys(std::span<const Sequence> sequences) {
  std::vector<int64_t> first;
  int64_t keys = 0;
  for (const Sequence& sequence : sequences) {
    first.push_back(keys);
    keys += sequence.key_count;
  }
  return first;
}

void clear_tap(Tap& tap, std::span<const Sequence> sequences, int64_t heads) {
  const auto count = static_cast<size_t>(query_rows(sequences) * heads);
  int64_t keys = 0;
  for (const Sequence& sequence : sequences) keys += sequence.key_count;
  tap.received.assign(tap.wants_received ? static_cast<size_t>(keys * heads) : 0, 0.0F);
  tap.keys.assign(count * static_cast<size_t>(tap.top), -1);
  tap.weights.assign(count * static_cast<size_t>(tap.top), 0.0F);
  tap.entropy.assign(count, 0.0F);
}

TapRow::TapRow(Tap& tap, int64_t row, int64_t head, int64_t heads)
    : keys_(tap.keys.data() + (row * heads + head) * tap.top),
      weights_(tap.weights.data() + (row * heads + head) * tap.top),
      entropy_(tap.entropy.data() + row * heads + head),
      top_(tap.top) {}

void TapRow::add(int64_t key, double weight) {
  if (!(weight > 0)) return;
  sum_ += weight;
  sum_log_ += weight * std::log(weight);
  const auto strength = static_cast<float>(weight);
  int64_t place = count_;
  while (place > 0 && weights_[place - 1] < strength) --place;
  if (place == top_) return;
  count_ = std::min(count_ + 1, top_);
  std::copy_backward(keys_ + place, keys_ + count_ - 1, keys_ + count_);
  std::copy_backward(weights_ + place, weights_ + count_ - 1, weights_ + count_);
  keys_[place] = static_cast<int32_t>(key);
  weights_[place] = strength;
}

void TapRow::finish() {
  if (sum_ > 0) *entropy_ = static_cast<float>(std::max(0.0, std::log(sum_) - sum_log_ / sum_));
}

}  // namespace heed::attention
