#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heed::apps::support {

struct TrainSettings {
  std::string folder = {};  // as `heed support import` wrote it
  std::string model = {};   // where the model goes
  double validation_share = 0.1;
  int64_t seed = 1;
  std::vector<std::string> overrides = {};  // of the recipe: section.key=value
  bool quiet = false, resume = false, fresh = false;
};

// Writes FOLDER/recipe.toml, has heed-train train by it, and adds the folder's answers, knowledge and
// synonyms to the model, as assets of its next version: that version's path. Throws as read_dataset,
// make_recipe and run_trainer do, before training where it can.
std::filesystem::path train_model(const TrainSettings& settings);

// Writes the next version of the model, like its present one with the folder's files among its assets. Throws
// invalid_argument where an answer's intent is none of the model's.
std::filesystem::path add_assets(const std::filesystem::path& model, const std::filesystem::path& folder);

}  // namespace heed::apps::support
