#include "infer/transformer.h"

#include <algorithm>
#include <utility>

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

int64_t rotary_width(const ModelConfig& config) {
  return config.positions == "rotary" ? config.head_width() : 0;
}

// Of the queries that `pairs` lists in order, each where it stands.
kernels::Rotation rotation_of(std::span<const attention::Sequence> pairs, int64_t width) {
  if (width == 0) return {};
  std::vector<int64_t> positions;
  for (const attention::Sequence& pair : pairs) {
    for (int64_t t = 0; t < pair.query_count; ++t) positions.push_back(pair.query_position + t);
  }
  return {std::move(positions), width};
}

}  // namespace

EncoderLayer::EncoderLayer(const Weights& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, AttentionBlock::Kind::encoder_self),
      feed_forward_(scope / "feed_forward", config) {}

void EncoderLayer::forward(Matrix& x, std::span<const attention::Sequence> texts,
                           const kernels::Rotation& rotation) const {
  const AttentionBlock& self = self_attention_;
  const Matrix input = self.norm().before(x);
  self.norm().join(x, self.attend(self.query(input, rotation), self.project(input, rotation), texts));
  feed_forward_.forward(x);
}

TransformerEncoder::TransformerEncoder(const Weights& scope, const ModelConfig& config)
    : rotary_width_(rotary_width(config)) {
  if (config.norm == "pre") norm_.emplace(scope / "norm");
  for (int64_t i = 0; i < config.encoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

Matrix TransformerEncoder::forward(Matrix x, std::span<const attention::Sequence> texts) const {
  const kernels::Rotation rotation = rotation_of(texts, rotary_width_);
  for (const EncoderLayer& layer : layers_) layer.forward(x, texts, rotation);
  if (norm_) return (*norm_)(x);
  return x;
}

DecoderLayer::DecoderLayer(const Weights& scope, const ModelConfig& config)
    : self_attention_(scope / "self_attention", config, AttentionBlock::Kind::decoder_self),
      cross_attention_(scope / "cross_attention", config, AttentionBlock::Kind::cross),
      feed_forward_(scope / "feed_forward", config) {}

LayerMemory DecoderLayer::start(const Matrix& encoded, const kernels::Rotation& rotation) const {
  return {.target = self_attention_.project(Matrix(0, encoded.cols), rotation),
          .recurrence = {},
          .source = cross_attention_.project(encoded)};
}

void DecoderLayer::forward(Matrix& y, LayerMemory& memory, const Pairs& pairs,
                           attention::Tap* cross_tap) const {
  const AttentionBlock &self = self_attention_, &cross = cross_attention_;
  const Matrix input = self.norm().before(y);
  const KeyValues added = self.project(input, pairs.rotation);
  append(added.keys, memory.target.keys, pairs.target);
  if (added.values.rows > 0) append(added.values, memory.target.values, pairs.target);
  self.norm().join(y, self.attend(self.query(input, pairs.rotation), memory.target, pairs.target));
  const Matrix query = cross.query(cross.norm().before(y));
  cross.norm().join(y, cross.attend(query, memory.source, pairs.source, cross_tap));
  feed_forward_.forward(y);
}

TransformerDecoder::TransformerDecoder(const Weights& scope, const ModelConfig& config)
    : rotary_width_(rotary_width(config)) {
  if (config.norm == "pre") norm_.emplace(scope / "norm");
  for (int64_t i = 0; i < config.decoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

DecoderState TransformerDecoder::start(const Matrix& encoded, std::span<const attention::Sequence> texts,
                                       int64_t slots) const {
  const kernels::Rotation rotation = rotation_of({}, rotary_width_);
  std::vector<LayerMemory> memories;
  for (const DecoderLayer& layer : layers_) memories.push_back(layer.start(encoded, rotation));
  return {std::move(memories), slots * static_cast<int64_t>(texts.size())};
}

Matrix TransformerDecoder::advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                                   attention::Tap* cross_tap) const {
  int64_t longest = 0;
  for (const Segment& segment : segments) longest = std::max(longest, segment.past + segment.count);
  state.reserve(longest);
  DecoderLayer::Pairs pairs = {
      .target = pair_target(state, segments), .source = pair_source(segments), .rotation = {}};
  pairs.rotation = rotation_of(pairs.target, rotary_width_);
  for (size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(y, state.layer(i), pairs, i + 1 == layers_.size() ? cross_tap : nullptr);
  }
  if (norm_) return (*norm_)(y);
  return y;
}

}  // namespace heed::infer
