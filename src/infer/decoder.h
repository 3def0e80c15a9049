#pragma once

#include <memory>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/decoder_state.h"
#include "infer/embedding.h"
#include "infer/output_table.h"

namespace heed::infer {

// Which rows of a state are a text's: its own, and the one that stands before its first target token, which
// is empty but for a recurrence (none: attention needs none).
struct TextMemory {
  std::vector<int32_t> source;
  std::vector<int32_t> begin;
};

// New target tokens of one hypothesis: `count` rows that follow `past` ones. Several in one call stand one
// after another.
struct Segment {
  std::span<const int32_t> source;  // rows of the state: the text's
  std::span<const int32_t> target;  // the text's `begin`, then one a token, the new ones last
  int64_t past = 0;
  int64_t count = 1;
};

// Every new row sees its text's rows of the source.
void pair_source(std::span<const Segment> segments, RowPairs& pairs);

// What stands between the embedding and the output table: where architectures differ.
class DecoderStack {
 public:
  virtual ~DecoderStack() = default;
  virtual std::vector<LayerMemory> empty_layers() const = 0;
  // As Decoder's.
  virtual std::vector<TextMemory> start(DecoderState& state, const Matrix& encoded,
                                        std::span<const attention::Sequence> texts) const = 0;
  // Embedded rows [N, D] -> rows [N, D] whose product with the output table are the logits.
  virtual Matrix advance(DecoderState& state, Matrix y, std::span<const Segment> segments,
                         attention::Tap* cross_tap) const = 0;
};

class Decoder {
 public:
  // `keeps_table`: OutputTable's.
  Decoder(const Weights& weights, const ModelConfig& config, bool keeps_table = false);

  // Where nothing has been read yet, with room for so many rows of the source and of the target.
  DecoderState empty_state(int64_t source_rows = 0, int64_t target_rows = 0) const {
    return {stack_->empty_layers(), source_rows, target_rows};
  }

  // Takes the encoder's output of packed texts into the state, one memory a text.
  std::vector<TextMemory> start(DecoderState& state, const Matrix& encoded,
                                std::span<const attention::Sequence> texts) const {
    return stack_->start(state, encoded, texts);
  }

  // Rows [N, D] after each of the N new tokens, for `output`; the state then holds them. `cross_tap`, where
  // given, receives the last layer's attention to the source.
  Matrix advance(DecoderState& state, std::span<const int32_t> tokens, std::span<const Segment> segments,
                 attention::Tap* cross_tap = nullptr) const;

  const OutputTable& output() const { return output_; }

 private:
  Embedding embedding_;
  std::unique_ptr<const DecoderStack> stack_;
  OutputTable output_;
};

}  // namespace heed::infer
