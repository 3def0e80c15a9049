#pragma once

#include <memory>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/embedding.h"
#include "infer/matrix.h"
#include "text/ngrams.h"

namespace heed::infer {

// Texts of a batch as packed rows of token ids, </s> last in each.
struct PackedTexts {
  std::vector<int32_t> ids;
  std::vector<attention::Sequence> sequences;  // one a text: its rows seen by its own rows
  NgramRows token_ngrams;                      // a row a token id; none where the model has no such embedding
  NgramRows text_ngrams;                       // a row a text; likewise

  // Appends a text, cut to `max_length` rows with </s> kept.
  void add(std::span<const int32_t> text, int64_t max_length);
  int64_t length(size_t text) const { return sequences[text].query_count; }
};

// What stands behind the embedding: where architectures differ.
class EncoderStack {
 public:
  virtual ~EncoderStack() = default;
  // Embedded rows [N, D] of packed texts -> encoded rows [N, D]. `tap`, which may be null, is that of the
  // last layer's self-attention; a stack that has none leaves it alone.
  virtual Matrix forward(Matrix x, std::span<const attention::Sequence> texts, attention::Tap* tap) const = 0;
};

class Encoder {
 public:
  Encoder(const Weights& weights, const ModelConfig& config);

  // [N, D] of N packed rows; `tap` as EncoderStack::forward says.
  Matrix forward(const PackedTexts& texts, attention::Tap* tap = nullptr) const;

 private:
  Embedding embedding_;
  std::vector<float> ngram_embedding_;  // [buckets, D] or empty
  std::unique_ptr<const EncoderStack> stack_;
};

}  // namespace heed::infer
