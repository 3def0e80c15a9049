#pragma once

#include <CLI/CLI.hpp>

#include "cli/evaluation.h"

namespace heed::cli {

// How a set is measured, declared once for every command that measures. The set's own files are the
// command's.
void add_translation_options(CLI::App& command, EvaluateTranslation& settings);
void add_classification_options(CLI::App& command, EvaluateClassification& settings);

}  // namespace heed::cli
