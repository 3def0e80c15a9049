#pragma once

#include <optional>
#include <vector>

#include "infer/attention_block.h"
#include "infer/decoder.h"
#include "infer/encoder.h"
#include "infer/feed_forward.h"

namespace heed::infer {

class EncoderLayer {
 public:
  EncoderLayer(const Weights& scope, const ModelConfig& config);

  // `rotation` of the rows x; none where positions do not turn them.
  void forward(Matrix& x, std::span<const attention::Sequence> texts, const kernels::Rotation& rotation,
               attention::Tap* tap) const;

 private:
  AttentionBlock self_;
  FeedForward feed_forward_;
};

class TransformerEncoder : public EncoderStack {
 public:
  // `scope`: encoder.
  TransformerEncoder(const Weights& scope, const ModelConfig& config);

  Matrix forward(Matrix x, std::span<const attention::Sequence> texts, attention::Tap* tap) const override;

 private:
  std::vector<EncoderLayer> layers_;
  std::optional<LayerNorm> norm_;  // pre-norm
  int64_t rotary_width_;           // 0: positions do not turn
};

class DecoderLayer {
 public:
  // Which rows see which, and how the new ones are turned, the same in every layer.
  struct Pairs {
    const RowPairs &target, &source;
    std::span<const int32_t> new_rows;  // of the state, where the new tokens' keys and values go
    kernels::Rotation rotation;
  };

  DecoderLayer(const Weights& scope, const ModelConfig& config);

  LayerMemory empty_memory() const;
  // The source's keys and values into the rows that `rows` lists.
  void remember(LayerMemory& memory, const Matrix& encoded, std::span<const int32_t> rows) const;

  void forward(Matrix& y, LayerMemory& memory, const Pairs& pairs, attention::Tap* cross_tap) const;

 private:
  AttentionBlock self_, cross_;
  FeedForward feed_forward_;
};

class TransformerDecoder : public DecoderStack {
 public:
  // `scope`: decoder.
  TransformerDecoder(const Weights& scope, const ModelConfig& config);

  std::vector<LayerMemory> empty_layers() const override;
  std::vector<TextMemory> start(DecoderState& state, const Matrix& encoded,
                                std::span<const attention::Sequence> texts) const override;
  Matrix advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                 attention::Tap* cross_tap) const override;

 private:
  std::vector<DecoderLayer> layers_;
  std::optional<LayerNorm> norm_;  // pre-norm
  int64_t rotary_width_;           // 0: positions do not turn
};

}  // namespace heed::infer
