#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "cli/evaluation.h"
#include "infer/quantise.h"
#include "model/weight_values.h"

// What `heed quantize` and `heed prune` print: a model before and after, side by side.
namespace heed::cli {

struct ComparedSide {
  std::string path;  // of the version
  Precision precision = Precision::fp32;
  int64_t parameters = 0;     // numbers that the weights hold, scales apart
  uint64_t weight_bytes = 0;  // of model.safetensors
  uint64_t bytes = 0;         // of the version on the disk, without the record of its training (run/)
  Measured measured;          // no rows: nothing was measured
};

struct ComparisonReport {
  ComparedSide before, after;
  std::optional<double> weight_error = {};  // infer::QuantisedWeights::error, ::products
  std::optional<infer::ProductErrors> products = {};
  std::string unit = "texts";  // what a row of the set is
};

// Bytes, parameters and precision of a model, nothing measured.
ComparedSide describe_side(const ModelDirectory& model);

std::string to_text(const ComparisonReport& report);
Json to_json(const ComparisonReport& report);

}  // namespace heed::cli
