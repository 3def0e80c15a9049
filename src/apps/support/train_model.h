#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/support/fit_decision.h"
#include "apps/support/fit_knowledge.h"

namespace heed::apps::support {

struct TrainSettings {
  std::string folder = {};  // as `heed support import` wrote it
  std::string model = {};   // where the model goes
  double held_out =
      0.0;  // share of the examples that is never trained on, but calibrated by; 0: by their number
  int64_t seed = 1;
  std::vector<std::string> overrides = {};  // of the recipe: section.key=value
  bool quiet = false, resume = false, fresh = false;
  FitOptions decision = {};            // when the model may answer alone
  FitKnowledgeOptions knowledge = {};  // when a passage may be quoted
};

// Writes FOLDER/recipe.toml and the examples it names, has heed-train train by it, learns from the examples
// that were held out when the model may answer alone (fit_decision.h), and adds the folder's answers,
// knowledge and synonyms to the model, all as assets of its next version: that version's path. Throws as
// read_dataset, make_recipe and run_trainer do, before training where it can.
std::filesystem::path train_model(const TrainSettings& settings);

// Writes the next version of the model, like its present one with the folder's files among its assets, a
// decision rule where the folder has enough held-out examples, and its knowledge (knowledge_assets.h). Throws
// invalid_argument where an answer's intent is none of the model's.
std::filesystem::path add_assets(const std::filesystem::path& model, const std::filesystem::path& folder,
                                 const FitOptions& decision = {}, const FitKnowledgeOptions& knowledge = {});

}  // namespace heed::apps::support
