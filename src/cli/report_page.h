#pragma once

#include <string>

#include "apps/html.h"
#include "cli/predictions.h"
#include "cli/run.h"

namespace heed::cli {

using apps::escape_html;
using apps::Words;

// A run as one HTML page that needs nothing else: style, drawings and a small script stand in it, and its
// content security policy forbids every request. What it says comes from the run folder and metrics.json
// alone. The answers of the validation rows are those that the end of the training wrote (predictions.jsonl):
// only then is the split at hand, since a share of the training rows stands in no file.
std::string report_page(const Run& run, const Predictions& predictions, const Words& words);

}  // namespace heed::cli
