#include "infer/decoder.h"

#include <algorithm>

namespace heed::infer {
namespace {

DecoderLayer::Pairs pair_rows(const DecoderState& state, std::span<const Segment> segments) {
  DecoderLayer::Pairs pairs;
  int64_t row = 0;
  for (const Segment& segment : segments) {
    pairs.target.push_back({.query_begin = row,
                            .query_count = segment.count,
                            .key_begin = state.first_row(segment.slot),
                            .key_count = segment.past + segment.count,
                            .query_position = segment.past});
    pairs.source.push_back({.query_begin = row,
                            .query_count = segment.count,
                            .key_begin = segment.source_begin,
                            .key_count = segment.source_count,
                            .query_position = 0});
    row += segment.count;
  }
  return pairs;
}

// Rows just projected go behind those that their slots hold.
void append(const Matrix& rows, Matrix& memory, std::span<const attention::Sequence> target) {
  for (const attention::Sequence& pair : target) {
    std::copy(rows.row(pair.query_begin), rows.row(pair.query_begin + pair.query_count),
              memory.row(pair.key_begin + pair.query_position));
  }
}

std::string output_scope(const ModelConfig& config) {
  return config.shared_embeddings ? "embedding" : "output";
}
std::string input_scope(const ModelConfig& config) {
  return config.shared_embeddings ? "embedding" : "target_embedding";
}

}  // namespace

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

Decoder::Decoder(const Weights& weights, const ModelConfig& config)
    : vocabulary_(config.target_vocabulary),
      embedding_(weights / input_scope(config), config),
      norm_(weights / "decoder" / "norm"),
      output_(weights / output_scope(config)) {
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    layers_.emplace_back(weights / "decoder" / "layers" / i, config);
  }
}

DecoderState Decoder::start(const Matrix& encoded, int64_t slots) const {
  std::vector<KeyValues> sources;
  for (const DecoderLayer& layer : layers_) sources.push_back(layer.project_source(encoded));
  return {std::move(sources), slots};
}

Matrix Decoder::advance(DecoderState& state, std::span<const int32_t> tokens,
                        std::span<const Segment> segments, attention::Tap* cross_tap) const {
  std::vector<int64_t> positions;
  int64_t longest = 0;
  for (const Segment& segment : segments) {
    for (int64_t i = 0; i < segment.count; ++i) positions.push_back(segment.past + i);
    longest = std::max(longest, segment.past + segment.count);
  }
  state.reserve(longest);
  const DecoderLayer::Pairs pairs = pair_rows(state, segments);
  Matrix y = embedding_(tokens, positions);
  for (size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(y, state.layer(i), pairs, i + 1 == layers_.size() ? cross_tap : nullptr);
  }
  return output_(norm_(y));
}

}  // namespace heed::infer
