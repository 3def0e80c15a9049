#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "train/examples.h"
#include "train/network.h"
#include "train/recipe.h"

namespace heed::tune {

// {"bleu", "chrf"} of a split (its first `rows`; 0: all), translated by the serving engine from a copy of the
// network written under `folder`/candidate, so that what is measured is what will be served.
std::map<std::string, double> translation_quality(const train::Network& network, const train::Corpus& corpus,
                                                  const train::Split& split, const train::Recipe& recipe,
                                                  int64_t rows, const std::filesystem::path& folder);

}  // namespace heed::tune
