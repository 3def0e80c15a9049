#include "attention/bfloat16.h"

#include <algorithm>
#include <cmath>

#include "attention/units.h"

namespace heed::attention {
namespace {

// Rows [begin, end) for each of the ranges, in their places among rows [0, the last end) one after another.
Heads<const float> widen(const Heads<const BFloat16>& from, const std::vector<IndexRange>& ranges,
                         int64_t heads, int64_t width, std::vector<float>& to) {
  int64_t rows = 0;
  for (const IndexRange& range : ranges) rows = std::max(rows, range.end);
  to.resize(static_cast<size_t>(rows * heads * width));
  for (const IndexRange& range : ranges) {
    for (int64_t row = range.begin; row < range.end; ++row) {
      for (int64_t head = 0; head < heads; ++head) {
        const BFloat16* source = from.at(row, head);
        std::transform(source, source + width, to.data() + (row * heads + head) * width,
                       [](BFloat16 value) { return to_float(value); });
      }
    }
  }
  return {to.data(), heads * width, width};
}

}  // namespace

BFloat16 to_bfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return {static_cast<uint16_t>((bits >> 16) | 0x40U)};
  return {static_cast<uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16)};
}

WideInputs::WideInputs(const Inputs<BFloat16>& inputs) {
  std::vector<IndexRange> queries, keys;
  for (const Sequence& s : inputs.sequences) {
    queries.push_back({s.query_begin, s.query_begin + s.query_count});
    keys.push_back({s.key_begin, s.key_begin + s.key_count});
  }
  inputs_ = {.sequences = inputs.sequences,
             .heads = inputs.heads,
             .key_heads = inputs.key_heads,
             .width = inputs.width,
             .value_width = inputs.value_width,
             .query = widen(inputs.query, queries, inputs.heads, inputs.width, query_),
             .key = widen(inputs.key, keys, inputs.key_heads, inputs.width, key_),
             .value = widen(inputs.value, keys, inputs.key_heads, inputs.value_width, value_),
             .score_vector = inputs.score_vector,
             .score_matrix = inputs.score_matrix,
             .log_temperature = inputs.log_temperature,
             .span = inputs.span,
             .relative_bias = inputs.relative_bias,
             .mask = inputs.mask,
             .bias = inputs.bias,
             .dropout = inputs.dropout,
             .dropout_seed = inputs.dropout_seed};
}

}  // namespace heed::attention
