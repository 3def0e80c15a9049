#pragma once

#include "infer/block_norm.h"
#include "infer/projected_attention.h"

namespace heed::infer {

// Multi-head attention, output(attend(query(x), key(y), value(y))), between its norm and its residual
// connection.
struct AttentionBlock {
  AttentionBlock(const Weights& scope, const ModelConfig& config, ProjectedAttention::Kind kind)
      : norm(scope, config), attention(scope, config, kind), output(scope / "output") {}

  BlockNorm norm;
  ProjectedAttention attention;
  Linear output;
};

}  // namespace heed::infer
