#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/pruning_plan.h"
#include "tune/model.h"

namespace heed::tune {

struct PruneOptions {
  std::string model;                   // model directory, left as it is
  std::string recipe;                  // what to train on; "": the model's own, run/recipe.toml
  std::vector<std::string> overrides;  // of its keys
  std::string output;                  // model directory to write
  train::SmallerShape shape;
  int64_t epochs = 0, steps = 0;  // of the recovery training; 0: half the recipe's epochs, no limit of steps
  bool taught = true;             // by the model itself: distillation.h
  FitOptions fit;
};

// Makes a smaller model of a transformer: chooses what stays (train/pruning_plan.h), writes that to
// <output>.run/start, and trains it as the recipe says with train.start_from there and train.teachers the
// model: a translator's own translations beside the references, a classifier's probabilities. Returns the
// path of the version that was written, "" where it was asked to stop. Throws not_found where the model has
// no recipe and none is named; unsupported where its weights are not fp32; what check_shape, the recipe and
// train.start_from say.
std::filesystem::path prune(const PruneOptions& options);

}  // namespace heed::tune
