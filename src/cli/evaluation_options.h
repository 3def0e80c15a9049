#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/evaluation.h"

namespace heed::cli {

// How a set is measured, declared once for every command that measures. The set's own files are the
// command's.
void add_translation_options(CLI::App& command, EvaluateTranslation& settings);
void add_classification_options(CLI::App& command, EvaluateClassification& settings);

// What a command that makes a model of another measures both on.
struct MeasuredSet {
  std::vector<std::string> files;  // none: nothing is measured
  EvaluateTranslation translation;
  EvaluateClassification classification;
};

// --eval and both groups above.
void add_set_options(CLI::App& command, MeasuredSet& set);

// Reads the set as one for `model`; a function that measures nothing where none was named.
Measure measure_set(MeasuredSet set, const ModelDirectory& model);

}  // namespace heed::cli
