#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metrics/classification.h"

namespace heed::metrics {

struct ConfusionTableOptions {
  int64_t width = 100;        // columns of the terminal
  int64_t matrix_limit = 12;  // up to this many classes the whole matrix is drawn
  int64_t mistakes = 10;      // beyond it: the most frequent confusions, one a line
};

// The matrix as text for a terminal: rows are the truth, columns the predictions; with many classes the most
// frequent mistakes instead. Columns line up with Chinese labels too. `labels` names the classes in order.
// Throws invalid_argument on another count of labels.
std::string confusion_table(const ConfusionMatrix& matrix, std::span<const std::string> labels,
                            const ConfusionTableOptions& options = {});

// Columns that a text fills on a terminal: 2 for East Asian wide characters, 0 for combining marks, else 1.
int64_t display_width(std::string_view text);

// Cut to at most `width` columns (the last one "…" where something was cut) and padded with spaces to exactly
// that.
std::string fit_to_width(std::string_view text, int64_t width);

}  // namespace heed::metrics
