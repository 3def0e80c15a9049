#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "infer/matrix.h"
#include "infer/weights.h"
#include "model/config.h"
#include "text/ngrams.h"

namespace heed::infer {

// Items' vectors and what events enter as; train/heads/sequence.h has the formulas.
class SequenceHead {
 public:
  SequenceHead(const Weights& weights, const ModelConfig& config);

  // v [D] of the item of a row of the embedding (below 0: one that training never had) with these words,
  // given as a tokenizer's pieces. No numbers above 0 where it has neither.
  std::vector<float> item(int64_t row, std::span<const std::string> pieces) const;

  // x [D] of an event, before positions.
  void embed(std::span<const float> item, int64_t kind, int64_t gap, float* x) const;

  // What each piece's n-grams add to <query, v>; one number a piece.
  std::vector<float> votes_by_piece(std::span<const std::string> pieces, std::span<const float> query) const;

 private:
  NgramConfig ngrams_;
  int64_t dim_;
  std::vector<float> identities_;  // [I, D]
  std::vector<float> kinds_;       // [kinds, D]
  std::vector<float> gaps_;        // [gaps, D], or empty
  std::vector<float> table_;       // [buckets, D], or empty
  std::vector<float> weights_;     // [buckets], or empty
};

}  // namespace heed::infer
