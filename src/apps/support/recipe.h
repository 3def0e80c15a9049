#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/support/dataset.h"
#include "apps/support/hold_out.h"

namespace heed::apps::support {

struct RecipeOptions {
  std::string folder = {};           // of the examples; absolute, so that the recipe may lie anywhere
  std::string train = kLearnedFile;  // within it
  std::string valid = kHeldOutFile;  // within it: calibrated on, never trained on
  std::string test = {};             // a held-out table within it; "": none
  std::string model = {};            // where the model goes
  int64_t seed = 1;
  DividedRows rows = {};  // of the tables of entities and pairs beside them
};

// From so many marked texts on entities are learned (a tagging head), from so many pairs on what belongs
// together (a matching head): of fewer the heads would say little, and n-grams find passages better.
inline constexpr int64_t kFewestMarked = 40, kFewestPairs = 300;

// A recipe (docs/formats.md) for the intents of `dataset`: one encoder that reads words and hashed n-grams,
// as recipes/banking77.toml has it (92 % on Banking77 in 2.6 minutes on two cores). Beside its examples the
// encoder learns entities and pairs, where `rows` says that there are enough, all in one
// training; a served message passes through it once. Passes over the data and the vocabulary go by the size:
// few examples are seen more often. Throws invalid_argument where there are fewer than two intents, or
// examples too few to hold any out.
std::string make_recipe(const Dataset& dataset, const RecipeOptions& options);

}  // namespace heed::apps::support
