#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "cli/evaluation.h"
#include "model/weight_values.h"

// What `heed quantize` prints: a model before and after, side by side.
namespace heed::cli {

struct QuantisedSide {
  std::string path;  // of the version
  Precision precision = Precision::fp32;
  uint64_t weight_bytes = 0;  // of model.safetensors
  uint64_t bytes = 0;         // of the version on the disk, without the record of its training (run/)
  Measured measured;          // no rows: nothing was measured
};

struct QuantizeReport {
  QuantisedSide before, after;
  double weight_error = 0;     // infer::QuantisedWeights::error
  std::string unit = "texts";  // what a row of the set is
};

// Bytes and precision of a model, nothing measured.
QuantisedSide describe_side(const ModelDirectory& model);

std::string to_text(const QuantizeReport& report);
Json to_json(const QuantizeReport& report);

}  // namespace heed::cli
