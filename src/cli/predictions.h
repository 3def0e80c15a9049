#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heed::cli {

// predictions.jsonl of a run (docs/formats.md), as tune/predictions.h writes it when a training ends.
struct LabelPrediction {
  std::string head, text, expected, predicted;  // several labels of a row are joined by ", "
  double confidence = 0;
  bool several = false;  // the head gives any number of labels
};

struct TranslationPrediction {
  std::string source, reference, output;
  double chrf = 0;
};

struct Predictions {
  std::vector<LabelPrediction> labels;
  std::vector<TranslationPrediction> translations;
};

// Empty where the run has none. Throws corrupt_data with file and line.
Predictions read_predictions(const std::filesystem::path& run_folder);

}  // namespace heed::cli
