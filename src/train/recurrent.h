#pragma once

#include <optional>
#include <vector>

#include "train/lstm.h"
#include "train/stack.h"

// The recurrent encoder-decoder with attention, after Bahdanau et al. (arXiv:1409.0473) and, for what the
// decoder does with it, Luong et al. (arXiv:1508.04025 section 3, without input feeding: the recurrence does
// not wait for the attention, so that one call attends from all steps). infer/recurrent.h computes the same.
//
// - Encoder layer: x <- LSTM(x), from the first token to the last; bidirectional:
//   x <- W [LSTM(x); LSTM(x), from the last token to the first] + b.
// - Memory: m, the last layer's rows, [S, D] a text.
// - Decoder layer: y <- LSTM(y). Its cell starts at s = W mean(m) + b, its output at tanh(s).
// - Context: c_t = attention(query W y_t + b, keys W m + b, values W m + b or the keys), with any score and
//   normaliser, heads side by side.
// - Output: o_t = tanh(W [c_t; y_t] + b), whose product with the output table are the logits.
namespace heed::train {

// encoder.layers.N.{forward, backward, output}
class RecurrentEncoder : public EncoderStack {
 public:
  RecurrentEncoder(const Parameters& parameters, const ModelConfig& config);
  torch::Tensor encode(torch::Tensor x, const PackedTexts& texts, DropoutPlan& dropout) const override;

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

// decoder.layers.N, decoder.cross_attention, decoder.combine
class RecurrentDecoder : public DecoderStack {
 public:
  RecurrentDecoder(const Parameters& parameters, const ModelConfig& config);
  torch::Tensor decode(torch::Tensor y, const PackedTexts& target, const torch::Tensor& memory,
                       const PackedTexts& source, DropoutPlan& dropout) const override;

 private:
  struct Layer {
    Linear start;
    Lstm lstm;
  };
  std::vector<Layer> layers_;
  ProjectedAttention attention_;
  Linear combine_;
};

}  // namespace heed::train
