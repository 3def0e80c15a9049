#pragma once

#include <optional>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/decoder_state.h"
#include "infer/embedding.h"
#include "infer/feed_forward.h"

namespace heed::infer {

// New target tokens of one hypothesis: `count` rows that follow `past` rows already in its slot, and the rows
// of the encoder's output that they attend to. Several in one call stand one after another.
struct Segment {
  int64_t slot = 0;
  int64_t past = 0;
  int64_t count = 1;
  int64_t source_begin = 0;
  int64_t source_count = 0;
};

class DecoderLayer {
 public:
  // Which rows see which, the same in every layer.
  struct Pairs {
    std::vector<attention::Sequence> target, source;
  };

  DecoderLayer(const Weights& scope, const ModelConfig& config);

  KeyValues project_source(const Matrix& encoded) const { return cross_attention_.project(encoded); }

  void forward(Matrix& y, LayerMemory& memory, const Pairs& pairs, attention::Tap* cross_tap) const;

 private:
  AttentionBlock self_attention_, cross_attention_;
  FeedForward feed_forward_;
};

class Decoder {
 public:
  Decoder(const Weights& weights, const ModelConfig& config);

  // A state with `slots` empty hypotheses over the encoder's output.
  DecoderState start(const Matrix& encoded, int64_t slots) const;

  // Logits [N, Vt] after each of the N new tokens; the state then holds them. `cross_tap`, where given,
  // receives the last layer's attention to the source.
  Matrix advance(DecoderState& state, std::span<const int32_t> tokens, std::span<const Segment> segments,
                 attention::Tap* cross_tap = nullptr) const;

  int64_t vocabulary() const { return vocabulary_; }

 private:
  int64_t vocabulary_;
  Embedding embedding_;
  std::vector<DecoderLayer> layers_;
  LayerNorm norm_;
  Linear output_;
};

}  // namespace heed::infer
