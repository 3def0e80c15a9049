#pragma once

#include <optional>
#include <vector>

#include "train/stack.h"

namespace heed::train {

// encoder.layers.N; pre-norm: encoder.norm
class TransformerEncoder : public EncoderStack {
 public:
  TransformerEncoder(const Parameters& parameters, const ModelConfig& config);
  torch::Tensor encode(torch::Tensor x, const PackedTexts& texts, DropoutPlan& dropout) const override;

 private:
  ModelConfig config_;
  std::vector<EncoderLayer> layers_;
  std::optional<LayerNorm> norm_;
};

// decoder.layers.N; pre-norm: decoder.norm
class TransformerDecoder : public DecoderStack {
 public:
  TransformerDecoder(const Parameters& parameters, const ModelConfig& config);
  torch::Tensor decode(torch::Tensor y, const PackedTexts& target, const torch::Tensor& memory,
                       const PackedTexts& source, DropoutPlan& dropout) const override;

 private:
  ModelConfig config_;
  std::vector<DecoderLayer> layers_;
  std::optional<LayerNorm> norm_;
};

}  // namespace heed::train
