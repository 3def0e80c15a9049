#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/support/dataset.h"

namespace heed::apps::support {

// What a model that had not seen it says of each example.
struct CrossValidation {
  std::vector<std::string> intents = {};  // sorted, or in a model's order
  std::vector<int32_t> labels = {};       // [N], numbers of intents
  std::vector<float> probabilities = {};  // [N, intents]
  int64_t folds = 0;

  const float* row(size_t example) const { return probabilities.data() + example * intents.size(); }
};

// The fold, 0 to folds - 1, of each example: folds have like shares of each intent, and equal texts
// (normalised, caseless) stand in one. A pure function of examples and seed.
std::vector<int64_t> folds_of(const std::vector<LabelledText>& examples, int64_t folds, uint64_t seed);

// By the linear model, a fold after the other, each with a model of the others; `threads` of them at once.
// Throws invalid_argument on fewer than two intents or folds, or where the examples are more than 2^32 cells.
CrossValidation cross_validate(const std::vector<LabelledText>& examples, int64_t folds = 5,
                               int64_t threads = 1, uint64_t seed = 1);

}  // namespace heed::apps::support
