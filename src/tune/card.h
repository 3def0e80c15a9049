#pragma once

#include <string>

#include "base/json.h"
#include "train/recipe.h"

namespace heed::tune {

// card.md: what the model is, what it learned from and under which licence, how good it is, how to repeat it,
// and its limits.
std::string model_card(const train::Recipe& recipe, const ModelConfig& config, const Json& metrics);

}  // namespace heed::tune
