#pragma once

#include <span>

#include "infer/layer_norm.h"
#include "infer/projected_attention.h"

namespace heed::infer {

// Pre-norm multi-head attention: output(attend(query(norm(x)), key(y), value(y))), without the residual.
class AttentionBlock {
 public:
  enum class Kind { encoder_self, decoder_self, cross };

  AttentionBlock(const Weights& scope, const ModelConfig& config, Kind kind);

  Matrix norm(const Matrix& x) const { return norm_(x); }

  // Keys and values of `y`: the normed rows themselves, or the encoder's output.
  KeyValues project(const Matrix& y) const { return attention_.project(y); }

  // Attention of `normed` rows over `memory`, as `sequences` pair them. `tap` may be null.
  Matrix attend(const Matrix& normed, const KeyValues& memory, std::span<const attention::Sequence> sequences,
                attention::Tap* tap = nullptr) const {
    return output_(attention_.attend(normed, memory, sequences, tap));
  }

 private:
  LayerNorm norm_;
  ProjectedAttention attention_;
  Linear output_;
};

}  // namespace heed::infer
