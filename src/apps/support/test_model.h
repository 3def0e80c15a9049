#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/support/cross_validation.h"

namespace heed::apps::support {

// What the model's head "intent" says of the examples, by its stored temperature. Throws not_found where it
// has no such head, invalid_argument where an example's intent is none that it knows (with its place and the
// nearest).
CrossValidation ask_model(const std::filesystem::path& model, const std::vector<LabelledText>& examples);

struct TrainedFolds {
  int64_t folds = 5;
  uint64_t seed = 1;
  std::vector<std::string> overrides;  // of the recipe
};

// Trains a model for each fold on the others, as `heed support train` would, and asks it of what it has not
// seen. Works in a folder of its own under the system's temporary one, and leaves nothing there.
CrossValidation cross_validate_trained(const std::vector<LabelledText>& examples,
                                       const TrainedFolds& options);

}  // namespace heed::apps::support
