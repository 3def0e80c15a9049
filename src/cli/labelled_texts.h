#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/evaluation.h"
#include "infer/classifier.h"
#include "model/model_directory.h"

namespace heed::cli {

// Texts of a table with their labels, for one head of a classifier.
struct LabelledTexts {
  size_t head = 0;  // its number in the model's configuration
  std::vector<std::string> texts;
  std::vector<std::vector<int32_t>> labels;  // numbers of each text's, in the head's order
};

// Reads what `settings` name. Throws where the model has no such head, the table no such column, or a row a
// label that the head does not know.
LabelledTexts read_labelled_texts(const EvaluateClassification& settings, const ModelDirectory& model);

// Probabilities [N, L] of the texts in the order of the head's labels.
std::vector<float> predict(const infer::Classifier& classifier, const std::vector<std::string>& texts,
                           size_t number, const HeadConfig& head);

}  // namespace heed::cli
