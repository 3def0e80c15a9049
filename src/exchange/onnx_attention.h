#pragma once

#include <string>

#include "exchange/onnx_batch.h"
#include "exchange/onnx_builder.h"
#include "model/config.h"

namespace heed::exchange {

// The attention of an encoder's layers as nodes: dot products and softmax, with every mask, bias and head
// layout that check_onnx_expresses lets pass.
class OnnxAttention {
 public:
  using Value = OnnxBuilder::Value;

  OnnxAttention(OnnxBuilder& graph, OnnxBatch& batch, const ModelConfig& config);

  // Self-attention with its output layer, of rows [B T, D]. `scope` is of the block:
  // encoder.layers.0.self_attention.
  Value self(const Value& x, const std::string& scope);

  // The pooling of a classification head: a learned query a head attends to the texts' rows. [B, D]; `scope`
  // is heads.NAME.pool.
  Value pool(const Value& encoded, const std::string& scope);

 private:
  Value rotate(const Value& heads);
  Value repeat(const Value& heads);
  Value biased(Value scores, const std::string& scope);

  OnnxBuilder& graph_;
  OnnxBatch& batch_;
  const ModelConfig& c_;
  Value padding_, hidden_;  // what hides padding, and what self-attention does not see
  Value alibi_;             // [H, T, T] or none
  Value cosines_, sines_;   // [T, K / 2] or none
};

}  // namespace heed::exchange
