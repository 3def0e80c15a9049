#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "infer/live_model.h"

namespace heed::serve {

// What is shown of a classification.
struct ClassificationFormat {
  size_t head = 0;
  bool all_heads = false;  // the others under "heads", where there are any
  int64_t top = 0;         // 0: all labels
  bool explain = false;
  std::vector<std::string> texts = {};  // as they were sent, where explained
};

// To six decimals.
double probability_of(const infer::LabelScore& label);

// The place of a model's head; of "", the first. Throws FieldError of 'head' that names the nearest.
size_t head_number(const infer::LiveModel& model, const std::string& name);

// One element of "results"; `text` is its number.
Json to_json(const infer::ClassificationResult& result, size_t text, const ClassificationFormat& format);

}  // namespace heed::serve
