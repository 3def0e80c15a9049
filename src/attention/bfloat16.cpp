#include "attention/bfloat16.h"

#include <algorithm>
#include <cmath>

#include "attention/place.h"

namespace heed::attention {
namespace {

// Rows [0, rows) of `heads` heads, one after another. Rows that no sequence names are copied but never used.
Heads<const float> widen(const Heads<const BFloat16>& from, int64_t rows, int64_t heads, int64_t width,
                         std::vector<float>& to) {
  to.resize(static_cast<size_t>(rows * heads * width));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t head = 0; head < heads; ++head) {
      const BFloat16* source = from.at(row, head);
      std::transform(source, source + width, to.data() + (row * heads + head) * width,
                     [](BFloat16 value) { return to_float(value); });
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
  int64_t keys = 0;
  for (const Sequence& sequence : inputs.sequences) {
    keys = std::max(keys, sequence.key_begin + sequence.key_count);
  }
  inputs_ = {.sequences = inputs.sequences,
             .heads = inputs.heads,
             .key_heads = inputs.key_heads,
             .width = inputs.width,
             .value_width = inputs.value_width,
             .query = widen(inputs.query, query_rows(inputs.sequences), inputs.heads, inputs.width, query_),
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
