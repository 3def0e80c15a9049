#pragma once

#include <string>
#include <vector>

#include "train/examples.h"
#include "train/network.h"
#include "train/recipe.h"

// predictions.jsonl of a run (docs/formats.md): what the finished model answers to validation rows. Written
// when a training ends, because only then is the split at hand: a share of the training rows stands in no
// file, and a report made later must not depend on data that have moved. At most output.predictions rows,
// evenly spread over the split; a text of more than 2000 bytes is cut.
namespace heed::tune {

// A line a row and head. `config` holds the fitted temperatures.
std::string label_predictions(const train::Network& network, const ModelConfig& config,
                              const train::Split& split, const train::Recipe& recipe);

// A line a row; `translated` are the split's translations in its order.
std::string translation_predictions(const std::vector<std::string>& translated, const train::Split& split,
                                    const train::Recipe& recipe);

}  // namespace heed::tune
