#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/support/fit_decision.h"
#include "apps/support/promotion.h"
#include "apps/support/train_model.h"

namespace heed::apps::support {

struct RetrainSettings {
  std::string model{};   // the live one; a version of it is written where the candidate is promoted
  std::string folder{};  // as `heed support import` wrote it: what it was trained on
  std::string store{};   // the event log
  std::vector<std::string> held_out{};           // tables of messages that training has not seen
  std::string text = "text", intent = "intent";  // their columns
  std::string work{};             // folder for the new rows and the candidate; "": FOLDER.retrain
  double learned_held_out = 0.2;  // share of the learned rows that only compare
  double margin = 0.0;            // share of rows by which the candidate may be worse
  FitOptions decision{};
  std::vector<std::string> overrides{};
  bool dry_run = false;  // say what would be, promote nothing
  bool quiet = false;
};

struct RetrainReport {
  int64_t learned = 0, trained = 0, compared = 0;  // rows
  Promotion promotion;
  std::filesystem::path promoted;  // the new version; empty: the live one stays
};

// Reads corrections and accepted suggestions from the event log, adds most of them to the training rows, has
// `train` make a candidate, fits its decision rule on the held-out tables, compares it with the live model on
// those tables and on the logged decisions that were kept back, and writes it as the model's next version
// where it is nowhere worse. Throws invalid_argument where nothing was learned.
RetrainReport retrain(const RetrainSettings& settings,
                      const std::function<std::filesystem::path(const TrainSettings&)>& train);

// heed support retrain.
void add_retrain_command(CLI::App& support);

}  // namespace heed::apps::support
