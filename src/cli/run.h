#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace heed::cli {

// One line of metrics.jsonl: what was measured on a split at a step.
struct RunPoint {
  int64_t step = 0, epoch = 0;
  std::string split;  // train, valid
  std::map<std::string, double> values;

  bool operator==(const RunPoint&) const = default;
};

enum class RunState {
  running,     // another process holds its lock
  finished,    // it ran to its end
  stopped,     // it has a checkpoint to go on from
  unfinished,  // it ended before its first checkpoint
};
std::string to_string(RunState state);

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A training run as it lies on the disk (docs/formats.md, "Run files"), read whole.
struct Run {
  std::filesystem::path folder;  // models/bank.run, or models/bank/3/run
  std::string name;              // models/bank.run, or models/bank/3
  RunState state = RunState::finished;
  Pairs recipe;               // dotted keys in order, as resolved
  Pairs defaults;             // of the version that trained it; empty for a run older than defaults.toml
  Json environment, metrics;  // env.json and the version's metrics.json; null where not there
  std::vector<RunPoint> points;
  std::string note;  // one line: what of metrics.jsonl was left out; else ""

  std::string key(const std::string& name) const;  // of the recipe; "" where it has none such
  bool translation() const;                        // else it classifies
  int64_t epochs() const;                          // whole or begun, of pre-training not
  std::optional<int64_t> parameters() const;
  std::optional<double> minutes() const;
};

// The point of validation with the best value of a metric, the first where several have it; nullptr where
// none has one.
const RunPoint* best_point(const Run& run, const std::string& metric);

// Reads a run folder. A last line of metrics.jsonl that a crash cut, or that is being written, is left out
// with a note. Throws corrupt_data with file and line where anything else is broken.
Run read_run(const std::filesystem::path& folder);

}  // namespace heed::cli
