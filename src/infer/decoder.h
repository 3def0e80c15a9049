#pragma once

#include <memory>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/decoder_state.h"
#include "infer/embedding.h"
#include "infer/linear.h"

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

// The new rows of each segment over its rows of the source.
std::vector<attention::Sequence> pair_source(std::span<const Segment> segments);

// What stands between the embedding and the output table: where architectures differ.
class DecoderStack {
 public:
  virtual ~DecoderStack() = default;
  // As Decoder's.
  virtual DecoderState start(const Matrix& encoded, std::span<const attention::Sequence> texts,
                             int64_t slots) const = 0;
  // Embedded rows [N, D] -> rows [N, D] whose product with the output table are the logits.
  virtual Matrix advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                         attention::Tap* cross_tap) const = 0;
};

class Decoder {
 public:
  Decoder(const Weights& weights, const ModelConfig& config);

  // A state with empty hypotheses over the encoder's output of packed texts, `slots` a text: those of text i
  // from i * slots on.
  DecoderState start(const Matrix& encoded, std::span<const attention::Sequence> texts, int64_t slots) const {
    return stack_->start(encoded, texts, slots);
  }

  // Logits [N, Vt] after each of the N new tokens; the state then holds them. `cross_tap`, where given,
  // receives the last layer's attention to the source.
  Matrix advance(DecoderState& state, std::span<const int32_t> tokens, std::span<const Segment> segments,
                 attention::Tap* cross_tap = nullptr) const;

  int64_t vocabulary() const { return vocabulary_; }

 private:
  int64_t vocabulary_;
  Embedding embedding_;
  std::unique_ptr<const DecoderStack> stack_;
  Linear output_;
};

}  // namespace heed::infer
