#include "cli/text_table.h"

#include <algorithm>
#include <cmath>

#include "apps/console.h"
#include "metrics/confusion_table.h"

namespace heed::cli {

std::string text_table(const std::vector<std::vector<std::string>>& rows, const std::vector<size_t>& right) {
  std::vector<int64_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], metrics::display_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(static_cast<size_t>(widths[i] - metrics::display_width(row[i])), ' ');
      line += (i == 0 ? "" : "  ") + (std::ranges::count(right, i) > 0 ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (&row == &rows.front() ? apps::bold(line) : line) + "\n";
  }
  return text;
}

std::string figure(double value) {
  const double size = std::abs(value);
  return apps::fixed(value, size >= 1000 ? 0 : size >= 10 ? 2 : 4);
}

}  // namespace heed::cli
