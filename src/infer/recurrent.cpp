#include "infer/recurrent.h"

#include <algorithm>
#include <cmath>

namespace heed::infer {
namespace {

void take_tanh(Matrix& x) {
  for (float& value : x.values) value = std::tanh(value);
}

// [N, A] and [N, B] side by side.
Matrix beside(const Matrix& left, const Matrix& right) {
  Matrix both(left.rows, left.cols + right.cols);
  for (int64_t r = 0; r < both.rows; ++r) {
    std::copy_n(right.row(r), right.cols, std::copy_n(left.row(r), left.cols, both.row(r)));
  }
  return both;
}

Matrix text_means(const Matrix& rows, std::span<const attention::Sequence> texts) {
  Matrix means = Matrix::zeros(static_cast<int64_t>(texts.size()), rows.cols);
  for (int64_t b = 0; b < means.rows; ++b) {
    const attention::Sequence& text = texts[static_cast<size_t>(b)];
    float* mean = means.row(b);
    for (int64_t s = text.key_begin; s < text.key_begin + text.key_count; ++s) {
      for (int64_t i = 0; i < rows.cols; ++i) mean[i] += rows.row(s)[i];
    }
    for (int64_t i = 0; i < rows.cols; ++i) mean[i] /= static_cast<float>(text.key_count);
  }
  return means;
}

}  // namespace

RecurrentEncoder::RecurrentEncoder(const Weights& scope, const ModelConfig& config) {
  for (int64_t i = 0; i < config.encoder_layers; ++i) {
    const Weights weights = scope / "layers" / i;
    Layer& layer = layers_.emplace_back(Layer{Lstm(weights / "forward"), std::nullopt});
    if (config.bidirectional)
      layer.backward.emplace(BackwardPass{Lstm(weights / "backward"), Linear(weights / "output")});
  }
}

Matrix RecurrentEncoder::forward(Matrix x, std::span<const attention::Sequence> texts,
                                 attention::Tap* /*tap*/) const {
  std::vector<Lstm::Run> runs;
  for (const attention::Sequence& text : texts) {
    const auto row = static_cast<int64_t>(runs.size());
    runs.push_back({text.query_begin, text.query_count, row, row});
  }
  const auto count = static_cast<int64_t>(runs.size());
  const auto read = [&](const Lstm& lstm, Lstm::Direction direction) {
    LstmState state = {RowStore(count, lstm.width()), RowStore(count, lstm.width())};
    for (Buffer* values : {&state.hidden.values, &state.cell.values}) std::ranges::fill(*values, 0.0F);
    return lstm.forward(x, runs, state, direction);
  };
  for (const Layer& layer : layers_) {
    Matrix y = read(layer.forward, Lstm::Direction::onward);
    if (layer.backward) {
      y = layer.backward->output(beside(y, read(layer.backward->lstm, Lstm::Direction::backward)));
    }
    x = std::move(y);
  }
  return x;
}

RecurrentDecoder::RecurrentDecoder(const Weights& scope, const ModelConfig& config)
    : attention_(scope / "cross_attention", config, ProjectedAttention::Kind::cross),
      combine_(scope / "combine") {
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    const Weights weights = scope / "layers" / i;
    layers_.push_back(Layer{Linear(weights / "start"), Lstm(weights)});
  }
}

std::vector<LayerMemory> RecurrentDecoder::empty_layers() const {
  std::vector<LayerMemory> memories;
  for (const Layer& layer : layers_) {
    const RowStore none(0, layer.lstm.width());
    memories.push_back({.source = {}, .target = {}, .recurrence = {none, none}});
  }
  memories.back().source.cols = attention_.memory_width();  // the last layer's output alone asks the source
  return memories;
}

std::vector<TextMemory> RecurrentDecoder::start(DecoderState& state, const Matrix& encoded,
                                                std::span<const attention::Sequence> texts) const {
  const std::vector<int32_t> source = state.take_source(encoded.rows);
  std::vector<TextMemory> memories;
  std::vector<int32_t> begins;
  for (const attention::Sequence& text : texts) {
    const auto first = source.begin() + text.key_begin;
    begins.push_back(state.take_target());
    memories.push_back({.source = {first, first + text.key_count}, .begin = {begins.back()}});
  }
  store_rows(attention_.project_memory(encoded), 0, source, state.layer(layers_.size() - 1).source);
  const Matrix means = text_means(encoded, texts);
  for (size_t i = 0; i < layers_.size(); ++i) {
    Matrix started = layers_[i].start(means);
    LstmState& recurrence = state.layer(i).recurrence;
    store_rows(started, 0, begins, recurrence.cell);
    take_tanh(started);
    store_rows(started, 0, begins, recurrence.hidden);
  }
  return memories;
}

Matrix RecurrentDecoder::advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                                 attention::Tap* cross_tap) const {
  RowPairs& pairs = state.lists().source;
  pair_source(segments, pairs);
  std::vector<Lstm::Run> runs;
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto& rows = segments[i].target;
    runs.push_back({pairs.sequences[i].query_begin, segments[i].count,
                    rows[static_cast<size_t>(segments[i].past)], rows.back()});
  }
  for (size_t i = 0; i < layers_.size(); ++i) {
    y = layers_[i].lstm.forward(y, runs, state.layer(i).recurrence);
  }
  const RowStore& source = state.layer(layers_.size() - 1).source;
  const Matrix attended =
      attention_.attend(attention_.project_queries(y), {source.values.data(), source.cols, pairs.rows.data()},
                        pairs.sequences, cross_tap);
  Matrix output = combine_(beside(attended, y));
  take_tanh(output);
  return output;
}

}  // namespace heed::infer
