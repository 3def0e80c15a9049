#pragma once

#include <span>
#include <string>
#include <vector>

#include "infer/encoder.h"
#include "infer/weights.h"
#include "model/config.h"

namespace heed::infer {

// Finds the n-grams of texts that a model knows. Does nothing for a model without.
class NgramFinder {
 public:
  NgramFinder(const Weights& weights, const ModelConfig& config);

  // Of the text last added to `texts`, given as its pieces without </s>.
  void add_to(PackedTexts& texts, std::span<const std::string> pieces) const;

  // Of a text given as its pieces without </s>: what each n-gram adds to a label's logit beyond what it adds
  // to the labels' on average, by the piece in which it starts. `votes` [buckets, labels] of a head. One
  // number a piece.
  std::vector<float> votes_by_piece(std::span<const std::string> pieces, std::span<const float> votes,
                                    int64_t labels, int64_t label) const;

  // Of a text given as its pieces without </s>: the share of its n-grams that no training text had, as far as
  // their buckets tell. 0 for a text or a model without n-grams.
  double unseen_share(std::span<const std::string> pieces) const;

 private:
  NgramConfig config_;
  std::vector<float> weights_;  // [buckets]
};

// x[r] += the sum of values[i] * table[buckets[i]] over the n-grams i of row r; table [buckets, D] and
// x [R, D]. Each row is summed in the order of its n-grams.
void add_ngrams(Matrix& x, const NgramRows& ngrams, std::span<const float> table);

}  // namespace heed::infer
