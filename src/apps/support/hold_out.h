#pragma once

#include <cstdint>
#include <filesystem>

#include "apps/support/dataset.h"

namespace heed::apps::support {

// Files that `heed support train` divides the examples of a folder into; hidden, so that nobody reads
// examples twice.
constexpr const char* kLearnedFile = ".training/learned.csv";
constexpr const char* kHeldOutFile = ".training/held-out.csv";
// Of those that mark entities the texts with their spans; question and answer (or wording) pairs of
// knowledge.
constexpr const char* kLearnedEntitiesFile = ".training/entities.csv";
constexpr const char* kHeldOutEntitiesFile = ".training/entities-held-out.csv";
constexpr const char* kLearnedPairsFile = ".training/pairs.csv";

// Rows of the files beside examples.
struct DividedRows {
  int64_t entities = 0, held_out_entities = 0, pairs = 0;
};

// The share of so many examples that is held out where nothing else is said: a tenth, more where that would
// be fewer than 600, at most three tenths.
double usual_share(size_t examples);

// Writes the examples of every intent to the first two files of `folder`, `share` of them (0: usual_share) to
// the second; at least one of each intent stays in the first. Marked entities go the way of their examples;
// pairs are left out where a held-out example has their text. The same for the same seed. Throws io.
DividedRows hold_out(const Dataset& dataset, const std::filesystem::path& folder, double share, int64_t seed);

}  // namespace heed::apps::support
