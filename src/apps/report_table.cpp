#include "apps/report_table.h"

#include <algorithm>

#include "apps/html.h"

namespace heed::apps {

std::string to_html(const Table& table) {
  const auto cell_class = [&](size_t column) {
    return std::ranges::count(table.numbers, column) > 0 ? std::string(" class=\"number\"") : std::string();
  };
  std::string html =
      table.stacks ? "<div class=\"scroll\"><table class=\"stacks\">" : "<div class=\"scroll\"><table>";
  if (!table.headings.empty()) {
    html += "<thead><tr>";
    for (size_t i = 0; i < table.headings.size(); ++i) {
      html += "<th" + cell_class(i) + ">" + escape_html(table.headings[i]) + "</th>";
    }
    html += "</tr></thead>";
  }
  html += "<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string name =
          table.stacks ? " data-name=\"" + escape_html(table.headings.at(i)) + "\"" : std::string();
      html += "<td" + cell_class(i) + name + ">" + row[i] + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace heed::apps
