#include "infer/recurrent.h"

#include <algorithm>
#include <cmath>

#include "model/attention_variant.h"

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
  Matrix means(static_cast<int64_t>(texts.size()), rows.cols);
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

Matrix repeat_rows(const Matrix& x, int64_t times) {
  Matrix repeated(x.rows * times, x.cols);
  for (int64_t r = 0; r < repeated.rows; ++r) std::copy_n(x.row(r / times), x.cols, repeated.row(r));
  return repeated;
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

Matrix RecurrentEncoder::forward(Matrix x, std::span<const attention::Sequence> texts) const {
  std::vector<Lstm::Run> runs;
  for (const attention::Sequence& text : texts) {
    runs.push_back({text.query_begin, text.query_count, static_cast<int64_t>(runs.size())});
  }
  const auto count = static_cast<int64_t>(runs.size());
  const auto read = [&](const Lstm& lstm, Lstm::Direction direction) {
    LstmState state = {Matrix(count, lstm.width()), Matrix(count, lstm.width())};
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
    : attention_(scope / "cross_attention", config, cross_attention_variant(config.attention)),
      combine_(scope / "combine") {
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    const Weights weights = scope / "layers" / i;
    layers_.push_back(Layer{Linear(weights / "start"), Lstm(weights)});
  }
}

DecoderState RecurrentDecoder::start(const Matrix& encoded, std::span<const attention::Sequence> texts,
                                     int64_t slots) const {
  std::vector<LayerMemory> memories(layers_.size());
  memories.back().source = attention_.project(encoded);  // the last layer's output alone asks the source
  const Matrix means = text_means(encoded, texts);
  for (size_t i = 0; i < layers_.size(); ++i) {
    LstmState& recurrence = memories[i].recurrence;
    recurrence.cell = recurrence.hidden = repeat_rows(layers_[i].start(means), slots);
    take_tanh(recurrence.hidden);
  }
  return {std::move(memories), slots * static_cast<int64_t>(texts.size())};
}

Matrix RecurrentDecoder::advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                                 attention::Tap* cross_tap) const {
  const std::vector<attention::Sequence> pairs = pair_source(segments);
  std::vector<Lstm::Run> runs;
  for (size_t i = 0; i < segments.size(); ++i) {
    runs.push_back({pairs[i].query_begin, segments[i].count, segments[i].slot});
  }
  for (size_t i = 0; i < layers_.size(); ++i) {
    y = layers_[i].lstm.forward(y, runs, state.layer(i).recurrence);
  }
  const KeyValues& source = state.layer(layers_.size() - 1).source;
  Matrix output = combine_(beside(attention_.attend(attention_.query(y), source, pairs, cross_tap), y));
  take_tanh(output);
  return output;
}

}  // namespace heed::infer
