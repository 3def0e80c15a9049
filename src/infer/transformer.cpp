#include "infer/transformer.h"

#include <algorithm>

namespace heed::infer {
namespace {

// Rows just projected go behind those that their slots hold.
void append(const Matrix& rows, Matrix& memory, std::span<const attention::Sequence> target) {
  for (const attention::Sequence& pair : target) {
    std::copy(rows.row(pair.query_begin), rows.row(pair.query_begin + pair.query_count),
              memory.row(pair.key_begin + pair.query_position));
  }
}

// New rows see their own slot, up to themselves.
std::vector<attention::Sequence> pair_target(const DecoderState& state, std::span<const Segment> segments) {
  std::vector<attention::Sequence> pairs;
  int64_t row = 0;
  for (const Segment& segment : segments) {
    pairs.push_back({.query_begin = row,
                     .query_count = segment.count,
                     .key_begin = state.first_row(segment.slot),
                     .key_count = segment.past + segment.count,
                     .query_position = segment.past});
    row += segment.count;
  }
  return pairs;
}

}  // namespace

EncoderLayer::EncoderLayer(const Weights& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, AttentionBlock::Kind::encoder_self),
      feed_forward_(scope / "feed_forward", config) {}

void EncoderLayer::forward(Matrix& x, std::span<const attention::Sequence> texts) const {
  const Matrix normed = self_attention_.norm(x);
  add(x, self_attention_.attend(normed, self_attention_.project(normed), texts));
  add(x, feed_forward_(x));
}

TransformerEncoder::TransformerEncoder(const Weights& scope, const ModelConfig& config)
    : norm_(scope / "norm") {
  for (int64_t i = 0; i < config.encoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

Matrix TransformerEncoder::forward(Matrix x, std::span<const attention::Sequence> texts) const {
  for (const EncoderLayer& layer : layers_) layer.forward(x, texts);
  return norm_(x);
}

DecoderLayer::DecoderLayer(const Weights& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, AttentionBlock::Kind::decoder_self),
      cross_attention_(scope / "cross_attention", config, AttentionBlock::Kind::cross),
      feed_forward_(scope / "feed_forward", config) {}

void DecoderLayer::forward(Matrix& y, LayerMemory& memory, const Pairs& pairs,
                           attention::Tap* cross_tap) const {
  const Matrix normed = self_attention_.norm(y);
  const KeyValues added = self_attention_.project(normed);
  append(added.keys, memory.target.keys, pairs.target);
  if (added.values.rows > 0) append(added.values, memory.target.values, pairs.target);
  add(y, self_attention_.attend(normed, memory.target, pairs.target));
  add(y, cross_attention_.attend(cross_attention_.norm(y), memory.source, pairs.source, cross_tap));
  add(y, feed_forward_(y));
}

TransformerDecoder::TransformerDecoder(const Weights& scope, const ModelConfig& config)
    : norm_(scope / "norm") {
  for (int64_t i = 0; i < config.decoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

DecoderState TransformerDecoder::start(const Matrix& encoded, std::span<const attention::Sequence> texts,
                                       int64_t slots) const {
  std::vector<KeyValues> sources;
  for (const DecoderLayer& layer : layers_) sources.push_back(layer.project_source(encoded));
  return {std::move(sources), slots * static_cast<int64_t>(texts.size())};
}

Matrix TransformerDecoder::advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                                   attention::Tap* cross_tap) const {
  int64_t longest = 0;
  for (const Segment& segment : segments) longest = std::max(longest, segment.past + segment.count);
  state.reserve(longest);
  const DecoderLayer::Pairs pairs = {.target = pair_target(state, segments), .source = pair_source(segments)};
  for (size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(y, state.layer(i), pairs, i + 1 == layers_.size() ? cross_tap : nullptr);
  }
  return norm_(y);
}

}  // namespace heed::infer
