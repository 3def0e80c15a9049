#include <algorithm>
#include <cstdio>

#include "data/place.h"
#include "data/report.h"

namespace heed::data {
namespace {

constexpr size_t kLabelsShown = 5;

std::string percent(int64_t part, int64_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%",
                whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0.0);
  return text;
}

// The most frequent first.
std::vector<std::pair<std::string, int64_t>> by_count(const std::map<std::string, int64_t>& counts) {
  std::vector<std::pair<std::string, int64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return order;
}

std::string scripts_line(const std::map<std::string, int64_t>& counts, int64_t rows) {
  std::string line;
  for (const auto& [script, count] : by_count(counts)) {
    line += (line.empty() ? "" : ", ") + (script.empty() ? std::string("no letters") : script) + " " +
            percent(count, rows);
  }
  return line;
}

std::string labels_line(const std::map<std::string, int64_t>& counts) {
  const auto order = by_count(counts);
  std::string line = std::to_string(order.size()) + " labels";
  for (size_t i = 0; i < std::min(order.size(), kLabelsShown); ++i) {
    line += (i ? ", " : ": ") + order[i].first + " " + std::to_string(order[i].second);
  }
  if (order.size() > kLabelsShown) {
    line += ", …, " + order.back().first + " " + std::to_string(order.back().second);
  }
  return line;
}

}  // namespace

std::string to_text(const Report& report) {
  constexpr size_t kMaxLines = 40;
  std::vector<std::string> lines = {"rows: " + std::to_string(report.rows)};
  for (const auto& [column, length] : report.lengths) {
    lines.push_back(column + ": characters " + std::to_string(length[0]) + " to " +
                    std::to_string(length[3]) + ", median " + std::to_string(length[1]) + ", 95 % up to " +
                    std::to_string(length[2]));
    const auto scripts = report.scripts.find(column);
    if (scripts != report.scripts.end()) {
      lines.push_back(column + ": scripts " + scripts_line(scripts->second, report.rows));
    }
  }
  for (const auto& [column, counts] : report.labels) lines.push_back(column + ": " + labels_line(counts));
  if (report.findings.empty()) lines.push_back("nothing found to mend");
  for (const Finding& finding : report.findings) {
    lines.push_back(finding.kind + ": " + std::to_string(finding.count));
    for (const std::string& example : finding.examples) lines.push_back("  " + example);
  }
  if (lines.size() > kMaxLines) {
    lines.resize(kMaxLines - 1);
    lines.push_back("… (more with --json)");
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Json to_json(const Report& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"kind", finding.kind}, {"count", finding.count}, {"examples", finding.examples}});
  }
  Json lengths = Json::object();
  for (const auto& [column, length] : report.lengths) {
    lengths[column] = {{"min", length[0]}, {"median", length[1]}, {"p95", length[2]}, {"max", length[3]}};
  }
  return {{"rows", report.rows},
          {"lengths", lengths},
          {"labels", report.labels},
          {"scripts", report.scripts},
          {"findings", findings}};
}

}  // namespace heed::data
