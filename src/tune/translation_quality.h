#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "train/examples.h"
#include "train/network.h"
#include "train/recipe.h"

namespace heed::tune {

// The rows of a split (its first `rows`; 0: all), translated by the serving engine from a copy of the network
// written under `folder`/candidate, so that what is measured is what will be served.
std::vector<std::string> translations(const train::Network& network, const train::Corpus& corpus,
                                      const train::Split& split, const train::Recipe& recipe, int64_t rows,
                                      const std::filesystem::path& folder);

// {"bleu", "chrf"} of translations of a split's first rows.
std::map<std::string, double> translation_quality(const std::vector<std::string>& hypotheses,
                                                  const train::Split& split, const train::Recipe& recipe);

}  // namespace heed::tune
