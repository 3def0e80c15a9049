#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/model_directory.h"

namespace heed::cli {

// Numbers of the classification heads that a command answers for: the one called `name`, or all where `name`
// is "". Throws invalid_argument where the model has none (and names the command that it is for), not_found
// with the nearest name where it has others.
std::vector<size_t> choose_heads(const ModelDirectory& model, const std::string& name);

}  // namespace heed::cli
