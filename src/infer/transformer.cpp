#include "infer/transformer.h"

#include <algorithm>
#include <utility>

namespace heed::infer {
namespace {

using Kind = ProjectedAttention::Kind;
using Memory = ProjectedAttention::Memory;

// New rows see their hypothesis's tokens, up to themselves.
void pair_target(std::span<const Segment> segments, RowPairs& pairs) {
  pairs.clear();
  for (const Segment& segment : segments) pairs.add(segment.count, segment.target, segment.past);
}

void list_new_rows(std::span<const Segment> segments, std::vector<int32_t>& rows) {
  rows.clear();
  for (const Segment& segment : segments) {
    const auto added = segment.target.last(static_cast<size_t>(segment.count));
    rows.insert(rows.end(), added.begin(), added.end());
  }
}

Memory memory_in(const RowStore& store, const RowPairs& pairs) {
  return {store.values.data(), store.cols, pairs.rows.data()};
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
    : self_(scope / "self_attention", config, config.causal() ? Kind::decoder_self : Kind::encoder_self),
      feed_forward_(scope / "feed_forward", config) {}

void EncoderLayer::forward(Matrix& x, std::span<const attention::Sequence> texts,
                           const kernels::Rotation& rotation, attention::Tap* tap) const {
  {
    const Matrix projected = self_.attention.project_self(self_.norm.before(x), rotation);
    const Memory memory = {projected.values.data() + self_.attention.query_width(), projected.cols};
    self_.norm.join(x, self_.output, self_.attention.attend(projected, memory, texts, tap));
  }
  feed_forward_.forward(x);
}

TransformerEncoder::TransformerEncoder(const Weights& scope, const ModelConfig& config)
    : rotary_width_(rotary_width(config)) {
  if (config.norm == "pre") norm_.emplace(scope / "norm");
  for (int64_t i = 0; i < config.encoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

Matrix TransformerEncoder::forward(Matrix x, std::span<const attention::Sequence> texts,
                                   attention::Tap* tap) const {
  const kernels::Rotation rotation = rotation_of(texts, rotary_width_);
  for (const EncoderLayer& layer : layers_)
    layer.forward(x, texts, rotation, &layer == &layers_.back() ? tap : nullptr);
  if (norm_) return (*norm_)(x);
  return x;
}

DecoderLayer::DecoderLayer(const Weights& scope, const ModelConfig& config)
    : self_(scope / "self_attention", config, Kind::decoder_self),
      cross_(scope / "cross_attention", config, Kind::cross),
      feed_forward_(scope / "feed_forward", config) {}

LayerMemory DecoderLayer::empty_memory() const {
  return {.source = {0, cross_.attention.memory_width()},
          .target = {0, self_.attention.memory_width()},
          .recurrence = {}};
}

void DecoderLayer::remember(LayerMemory& memory, const Matrix& encoded, std::span<const int32_t> rows) const {
  store_rows(cross_.attention.project_memory(encoded), 0, rows, memory.source);
}

void DecoderLayer::forward(Matrix& y, LayerMemory& memory, const Pairs& pairs,
                           attention::Tap* cross_tap) const {
  {
    const Matrix projected = self_.attention.project_self(self_.norm.before(y), pairs.rotation);
    store_rows(projected, self_.attention.query_width(), pairs.new_rows, memory.target);
    self_.norm.join(
        y, self_.output,
        self_.attention.attend(projected, memory_in(memory.target, pairs.target), pairs.target.sequences));
  }
  {
    const Matrix queries = cross_.attention.project_queries(cross_.norm.before(y));
    cross_.norm.join(y, cross_.output,
                     cross_.attention.attend(queries, memory_in(memory.source, pairs.source),
                                             pairs.source.sequences, cross_tap));
  }
  feed_forward_.forward(y);
}

TransformerDecoder::TransformerDecoder(const Weights& scope, const ModelConfig& config)
    : rotary_width_(rotary_width(config)) {
  if (config.norm == "pre") norm_.emplace(scope / "norm");
  for (int64_t i = 0; i < config.decoder_layers; ++i) layers_.emplace_back(scope / "layers" / i, config);
}

std::vector<LayerMemory> TransformerDecoder::empty_layers() const {
  std::vector<LayerMemory> memories;
  for (const DecoderLayer& layer : layers_) memories.push_back(layer.empty_memory());
  return memories;
}

std::vector<TextMemory> TransformerDecoder::start(DecoderState& state, const Matrix& encoded,
                                                  std::span<const attention::Sequence> texts) const {
  const std::vector<int32_t> rows = state.take_source(encoded.rows);
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i].remember(state.layer(i), encoded, rows);
  std::vector<TextMemory> memories;
  for (const attention::Sequence& text : texts) {
    const auto begin = rows.begin() + text.key_begin;
    memories.push_back({.source = {begin, begin + text.key_count}, .begin = {}});
  }
  return memories;
}

Matrix TransformerDecoder::advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                                   attention::Tap* cross_tap) const {
  StepLists& lists = state.lists();
  pair_target(segments, lists.target);
  pair_source(segments, lists.source);
  list_new_rows(segments, lists.new_rows);
  const DecoderLayer::Pairs pairs = {.target = lists.target,
                                     .source = lists.source,
                                     .new_rows = lists.new_rows,
                                     .rotation = rotation_of(lists.target.sequences, rotary_width_)};
  for (size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(y, state.layer(i), pairs, i + 1 == layers_.size() ? cross_tap : nullptr);
  }
  if (norm_) return (*norm_)(y);
  return y;
}

}  // namespace heed::infer
