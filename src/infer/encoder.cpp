#include "infer/encoder.h"

#include <algorithm>
#include <cmath>

#include "infer/ngrams.h"
#include "text/tokenizer.h"

namespace heed::infer {

void PackedTexts::add(std::span<const int32_t> text, int64_t max_length) {
  const auto begin = static_cast<int64_t>(ids.size());
  const auto kept = std::min(static_cast<int64_t>(text.size()), max_length - 1);
  ids.insert(ids.end(), text.begin(), text.begin() + kept);
  ids.push_back(Tokenizer::kEnd);
  sequences.push_back({.query_begin = begin,
                       .query_count = kept + 1,
                       .key_begin = begin,
                       .key_count = kept + 1,
                       .query_position = 0});
}

EncoderLayer::EncoderLayer(const Weights& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, AttentionBlock::Kind::encoder_self),
      feed_forward_(scope / "feed_forward", config) {}

void EncoderLayer::forward(Matrix& x, std::span<const attention::Sequence> texts) const {
  const Matrix normed = self_attention_.norm(x);
  add(x, self_attention_.attend(normed, self_attention_.project(normed), texts));
  add(x, feed_forward_(x));
}

Encoder::Encoder(const Weights& weights, const ModelConfig& config)
    : embedding_(weights / "embedding", config),
      ngram_embedding_((weights / "ngrams").find("embedding")),
      norm_(weights / "encoder" / "norm") {
  for (float& value : ngram_embedding_) value *= std::sqrt(static_cast<float>(config.dim));
  for (int64_t i = 0; i < config.encoder_layers; ++i) {
    layers_.emplace_back(weights / "encoder" / "layers" / i, config);
  }
}

Matrix Encoder::forward(const PackedTexts& texts) const {
  std::vector<int64_t> positions;
  for (const attention::Sequence& text : texts.sequences) {
    for (int64_t t = 0; t < text.query_count; ++t) positions.push_back(t);
  }
  Matrix x = embedding_(texts.ids, positions);
  add_ngrams(x, texts.token_ngrams, ngram_embedding_);
  for (const EncoderLayer& layer : layers_) layer.forward(x, texts.sequences);
  return norm_(x);
}

}  // namespace heed::infer
