#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "apps/recommend/engine.h"

namespace heed::apps::recommend {

// A model directory with the items of its assets, as commands use it.
struct ModelEngine {
  std::unique_ptr<infer::SequenceRanker> model;
  std::unique_ptr<Engine> engine;
};

// Throws as open_model does, and where the model is none of sequences.
ModelEngine open_engine(const std::filesystem::path& model, const EngineOptions& options);

constexpr const char* kRankerFile = "ranker.json";

}  // namespace heed::apps::recommend
