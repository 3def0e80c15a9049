#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/run.h"

namespace heed::cli {

// What a run reached, by split: metrics.json's where its model has been written, else those of its best
// validation so far. {"valid": {"accuracy": 0.43, "loss": 2.1}, "test": {...}}
std::map<std::string, std::map<std::string, double>> final_figures(const Run& run);

// One figure of several runs beside each other.
struct FigureRow {
  std::string name;  // "test accuracy", "minutes"
  std::vector<std::optional<double>> values;
  bool whole = false;      // a count
  std::vector<bool> best;  // none where all are equal, or where neither more nor less is better
};

std::vector<FigureRow> compare_figures(const std::vector<Run>& runs);

}  // namespace heed::cli
