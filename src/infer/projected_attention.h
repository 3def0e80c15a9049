#pragma once

#include <optional>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/linear.h"
#include "kernels/rotary.h"
#include "model/config.h"

namespace heed::infer {

// Projected keys and values, [N, Hkv * K] each. Where the values are the keys as they stand here, `values`
// stays empty.
struct KeyValues {
  Matrix keys, values;
};

// attend(query(x), key(y), value(y)), heads side by side: [N, H * K].
class ProjectedAttention {
 public:
  ProjectedAttention(const Weights& scope, const ModelConfig& config, const attention::Variant& variant);

  // Queries, and keys and values, of rows that `rotation` turns; values are never turned.
  Matrix query(const Matrix& x, const kernels::Rotation& rotation = {}) const;
  KeyValues project(const Matrix& y, const kernels::Rotation& rotation = {}) const;

  // Attention of `query` over `memory`, as `sequences` pair them. `tap` may be null.
  Matrix attend(const Matrix& query, const KeyValues& memory, std::span<const attention::Sequence> sequences,
                attention::Tap* tap = nullptr) const;

 private:
  attention::Variant variant_;
  int64_t heads_, key_heads_, width_;
  Linear query_, key_;
  std::optional<Linear> value_;  // none: values are the keys
  std::vector<float> score_vector_, score_matrix_, log_temperature_, span_,
      relative_bias_;  // empty: not in the variant
};

}  // namespace heed::infer
