#include "train/transformer.h"

namespace heed::train {

using torch::Tensor;

TransformerEncoder::TransformerEncoder(const Parameters& parameters, const ModelConfig& config)
    : config_(config) {
  if (config.norm == "pre") norm_.emplace(parameters, "encoder.norm");
  for (int64_t i = 0; i < config.encoder_layers; ++i) {
    layers_.emplace_back(parameters, "encoder.layers." + std::to_string(i), config);
  }
}

Tensor TransformerEncoder::encode(Tensor x, const PackedTexts& texts, DropoutPlan& plan) const {
  const Sequences own = share_sequences(texts, texts);
  const SharedRotation rotation = share_rotation(texts, config_);
  for (const EncoderLayer& layer : layers_) {
    x = layer.self_attention.self(x, own, rotation, plan);
    x = layer.feed_forward(x, plan);
  }
  return norm_ ? (*norm_)(x) : x;
}

TransformerDecoder::TransformerDecoder(const Parameters& parameters, const ModelConfig& config)
    : config_(config) {
  if (config.norm == "pre") norm_.emplace(parameters, "decoder.norm");
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    layers_.emplace_back(parameters, "decoder.layers." + std::to_string(i), config);
  }
}

Tensor TransformerDecoder::decode(Tensor y, const PackedTexts& target, const Tensor& memory,
                                  const PackedTexts& source, DropoutPlan& plan) const {
  const Sequences own = share_sequences(target, target), across = share_sequences(target, source);
  const SharedRotation rotation = share_rotation(target, config_);
  for (const DecoderLayer& layer : layers_) {
    y = layer.self_attention.self(y, own, rotation, plan);
    y = layer.cross_attention.cross(y, memory, across, plan);
    y = layer.feed_forward(y, plan);
  }
  return norm_ ? (*norm_)(y) : y;
}

}  // namespace heed::train
