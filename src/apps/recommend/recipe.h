#pragma once

#include <string>

#include "apps/recommend/dataset.h"

namespace heed::apps::recommend {

// A recipe.toml fit for the dataset: words where there are any, gaps of time where events have times, a
// softmax over all items while that is affordable. Folder, model and seed are left to --set.
std::string make_recipe(const Dataset& dataset);

}  // namespace heed::apps::recommend
