#pragma once

#include <string>

#include "apps/translate/line_output.h"
#include "infer/translator.h"

namespace heed::apps {

// What `heed translate` was asked for.
struct TranslateSettings {
  std::string model;
  std::string input = "-";  // lines; "-" is standard input
  std::string prefixes;     // a file of what each line's translation begins with, or ""
  infer::TranslateOptions options;
  LineStyle style;
  std::string po;            // a catalogue in place of lines, where not ""
  std::string output = "-";  // for the catalogue; "-" is standard output
  bool in_place = false;
  std::string accelerator = "auto";  // or "none", or the marker itself
};

// Results go to standard output (or to the catalogue's file, atomically), the report of a catalogue to
// standard error. Throws invalid_argument where more translations than hypotheses are asked for,
// corrupt_data where there are fewer prefixes than lines.
void run_translate(TranslateSettings settings);

}  // namespace heed::apps
