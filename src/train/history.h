#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/event_file.h"

namespace heed::train {

// One point of a run: what was measured on a split at a step.
struct HistoryPoint {
  int64_t step = 0;
  int64_t epoch = 0;
  std::string split;  // train, valid, pretrain, pretrain_valid, ...
  std::map<std::string, double> values;
};

// What `fit` returns: every point, in order.
struct History {
  std::vector<HistoryPoint> points;

  // The values of one metric of one split, in order: history.curve("valid", "loss").
  std::vector<double> curve(const std::string& split, const std::string& metric) const;
};

// Writes points as they come to metrics.jsonl and to a TensorBoard event file of the run folder.
class HistoryWriter {
 public:
  // Keeps the points up to `last_step` of an earlier metrics.jsonl (a resumed run; 0: starts anew).
  HistoryWriter(const std::filesystem::path& run_folder, int64_t last_step);

  void add(const HistoryPoint& point);
  const History& history() const { return history_; }

 private:
  std::filesystem::path path_;
  History history_;
  std::ofstream lines_;
  std::unique_ptr<EventFile> events_;
};

}  // namespace heed::train
