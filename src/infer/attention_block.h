#pragma once

#include <span>

#include "infer/block_norm.h"
#include "infer/projected_attention.h"

namespace heed::infer {

// Multi-head attention, output(attend(query(x), key(y), value(y))), between its norm and its residual
// connection.
class AttentionBlock {
 public:
  enum class Kind { encoder_self, decoder_self, cross };

  AttentionBlock(const Weights& scope, const ModelConfig& config, Kind kind);

  const BlockNorm& norm() const { return norm_; }

  // Queries of the rows that attend, as norm().before leaves them; keys and values of the rows that are seen:
  // the same ones, or the encoder's output. Self-attention turns both by where its rows stand.
  Matrix query(const Matrix& x, const kernels::Rotation& rotation = {}) const {
    return attention_.query(x, rotation);
  }
  KeyValues project(const Matrix& y, const kernels::Rotation& rotation = {}) const {
    return attention_.project(y, rotation);
  }

  // Attention of `query` over `memory`, as `sequences` pair them. `tap` may be null.
  Matrix attend(const Matrix& query, const KeyValues& memory, std::span<const attention::Sequence> sequences,
                attention::Tap* tap = nullptr) const {
    return output_(attention_.attend(query, memory, sequences, tap));
  }

 private:
  BlockNorm norm_;
  ProjectedAttention attention_;
  Linear output_;
};

}  // namespace heed::infer
