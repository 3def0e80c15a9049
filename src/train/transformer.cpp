#include "train/transformer.h"

namespace heed::train {

using torch::Tensor;

TransformerEncoder::TransformerEncoder(const Parameters& parameters, const ModelConfig& config)
    : norm_(parameters, "encoder.norm") {
  for (int64_t i = 0; i < config.encoder_layers; ++i) {
    layers_.emplace_back(parameters, "encoder.layers." + std::to_string(i), config);
  }
}

Tensor TransformerEncoder::encode(Tensor x, const PackedTexts& texts, DropoutPlan& plan) const {
  const Sequences own = share_sequences(texts, texts);
  for (const EncoderLayer& layer : layers_) {
    x = layer.self_attention.self(x, own, plan);
    x = layer.feed_forward(x, plan);
  }
  return norm_(x);
}

TransformerDecoder::TransformerDecoder(const Parameters& parameters, const ModelConfig& config)
    : norm_(parameters, "decoder.norm") {
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    layers_.emplace_back(parameters, "decoder.layers." + std::to_string(i), config);
  }
}

Tensor TransformerDecoder::decode(Tensor y, const PackedTexts& target, const Tensor& memory,
                                  const PackedTexts& source, DropoutPlan& plan) const {
  const Sequences own = share_sequences(target, target), across = share_sequences(target, source);
  for (const DecoderLayer& layer : layers_) {
    y = layer.self_attention.self(y, own, plan);
    y = layer.cross_attention.cross(y, memory, across, plan);
    y = layer.feed_forward(y, plan);
  }
  return norm_(y);
}

}  // namespace heed::train
