#pragma once

#include <optional>
#include <vector>

#include "infer/decoder.h"
#include "infer/encoder.h"
#include "infer/lstm.h"
#include "infer/projected_attention.h"

// The recurrent encoder-decoder with attention: train/recurrent.h has its equations, docs/formats.md too.
namespace heed::infer {

class RecurrentEncoder : public EncoderStack {
 public:
  // `scope`: encoder.
  RecurrentEncoder(const Weights& scope, const ModelConfig& config);

  Matrix forward(Matrix x, std::span<const attention::Sequence> texts, attention::Tap* tap) const override;

 private:
  struct BackwardPass {
    Lstm lstm;
    Linear output;
  };
  struct Layer {
    Lstm forward;
    std::optional<BackwardPass> backward;
  };
  std::vector<Layer> layers_;
};

class RecurrentDecoder : public DecoderStack {
 public:
  // `scope`: decoder.
  RecurrentDecoder(const Weights& scope, const ModelConfig& config);

  std::vector<LayerMemory> empty_layers() const override;
  std::vector<TextMemory> start(DecoderState& state, const Matrix& encoded,
                                std::span<const attention::Sequence> texts) const override;
  Matrix advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                 attention::Tap* cross_tap) const override;

 private:
  struct Layer {
    Linear start;
    Lstm lstm;
  };
  std::vector<Layer> layers_;
  ProjectedAttention attention_;
  Linear combine_;
};

}  // namespace heed::infer
