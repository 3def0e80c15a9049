#pragma once

#include <optional>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/layer_norm.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// Projected keys and values, [N, Hkv * K] each. Where the values are the keys, `values` stays empty.
struct KeyValues {
  Matrix keys, values;
};

// Pre-norm multi-head attention: output(attend(query(norm(x)), key(y), value(y))), without the residual.
class AttentionBlock {
 public:
  enum class Kind { encoder_self, decoder_self, cross };

  AttentionBlock(const Weights& scope, const ModelConfig& config, Kind kind);

  Matrix norm(const Matrix& x) const { return norm_(x); }

  // Keys and values of `y`: the normed rows themselves, or the encoder's output.
  KeyValues project(const Matrix& y) const;

  // Attention of `normed` rows over `memory`, as `sequences` pair them. `tap` may be null.
  Matrix attend(const Matrix& normed, const KeyValues& memory, std::span<const attention::Sequence> sequences,
                attention::Tap* tap = nullptr) const;

 private:
  attention::Variant variant_;
  int64_t heads_, key_heads_, width_;
  LayerNorm norm_;
  Linear query_, key_;
  std::optional<Linear> value_;  // none: values are the keys
  Linear output_;
  std::vector<float> score_vector_, score_matrix_, log_temperature_, span_,
      relative_bias_;  // empty: not in the variant
};

}  // namespace heed::infer
