#pragma once

#include <string>
#include <vector>

namespace heed::cli {

// Rows of cells as lines with aligned columns, two spaces apart, Chinese too. The first row is the heading;
// columns whose number is in `right` are aligned to the right. No space ends a line.
std::string text_table(const std::vector<std::vector<std::string>>& rows, const std::vector<size_t>& right);

// A measured value in at most eight characters: 0.4344, 38.12, 12500.
std::string figure(double value);

}  // namespace heed::cli
