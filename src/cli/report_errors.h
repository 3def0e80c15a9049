#pragma once

#include <string>

#include "apps/html.h"
#include "cli/predictions.h"

namespace heed::cli {

using apps::escape_html;
using apps::Words;

// Where a model errs, as sections of a page. Of each head that gives one label: the most frequent confusions,
// the matrix (of the 100 labels with most mistakes where there are more), the wrong answers of which it was
// surest. Of a translator: the sentences with the least chrF. "" where there are no predictions.
std::string errors_html(const Predictions& predictions, const Words& words);

}  // namespace heed::cli
