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

 private:
  NgramConfig config_;
  std::vector<float> weights_;  // [buckets]
};

// x[r] += the sum of values[i] * table[buckets[i]] over the n-grams i of row r; table [buckets, D] and
// x [R, D]. Each row is summed in the order of its n-grams.
void add_ngrams(Matrix& x, const NgramRows& ngrams, std::span<const float> table);

}  // namespace heed::infer
