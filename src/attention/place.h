#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "attention/attention.h"

// What depends on the places of a query and a key alone: which keys a row sees, and the biases of distance.
// The reference and the fused kernels share these, so that they cannot disagree.
namespace heed::attention {

// Keys [begin, end) of a sequence.
struct KeyRange {
  int64_t begin = 0;
  int64_t end = 0;
  bool empty() const { return begin >= end; }
};

// The keys that lengths, causal and window masks let query row `t` of `sequence` see.
inline KeyRange visible_keys(const Variant& variant, const Sequence& sequence, int64_t t) {
  const int64_t position = sequence.query_position + t;
  KeyRange range{0, sequence.key_count};
  if (variant.causal) range.end = std::min(range.end, position + 1);
  if (variant.window > 0) {
    range.begin = std::max(range.begin, position - variant.window + 1);
    range.end = std::min(range.end, position + variant.window);
  }
  return range;
}

// ALiBi: 2^(-8 (h + 1) / H), arXiv:2108.12409 section 3.
inline double alibi_slope(int64_t head, int64_t heads) {
  return std::exp2(-8.0 * static_cast<double>(head + 1) / static_cast<double>(heads));
}

// Column of relative_bias for key - position = `offset`.
inline int64_t relative_column(int64_t offset, int64_t reach) {
  return std::clamp(offset, -reach, reach) + reach;
}

// Adaptive span: 1 up to `span` keys away, then a ramp down to 0 (arXiv:1905.07799 eq. 4).
template <class T>
T span_weight(T span, T ramp, int64_t distance) {
  return std::clamp((ramp + span - static_cast<T>(distance)) / ramp, T(0), T(1));
}

// Rows that arrays a row need: one more than the last query row of any sequence.
inline int64_t query_rows(std::span<const Sequence> sequences) {
  int64_t rows = 0;
  for (const Sequence& sequence : sequences) {
    rows = std::max(rows, sequence.query_begin + sequence.query_count);
  }
  return rows;
}

inline int64_t most_queries(std::span<const Sequence> sequences) {
  int64_t most = 0;
  for (const Sequence& sequence : sequences) most = std::max(most, sequence.query_count);
  return most;
}

inline int64_t most_keys(std::span<const Sequence> sequences) {
  int64_t most = 0;
  for (const Sequence& sequence : sequences) most = std::max(most, sequence.key_count);
  return most;
}

}  // namespace heed::attention
