#include "data/report.h"

#include <algorithm>

#include "data/place.h"
#include "data/row_checks.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

constexpr size_t kExamples = 3;

std::array<int64_t, 4> lengths_of(const Table& table, size_t column) {
  std::vector<int64_t> lengths;
  for (const Row& row : table.rows) lengths.push_back(count_characters(row.fields[column]));
  if (lengths.empty()) return {};
  std::sort(lengths.begin(), lengths.end());
  const size_t last = lengths.size() - 1;
  return {lengths.front(), lengths[last / 2], lengths[last * 95 / 100], lengths.back()};
}

void add_rows(Report& report, const std::string& kind, const Table& table, size_t column,
              const std::vector<size_t>& rows) {
  if (rows.empty()) return;
  Finding finding{kind, static_cast<int64_t>(rows.size()), {}};
  for (size_t i = 0; i < std::min(rows.size(), kExamples); ++i) {
    const Row& row = table.rows[rows[i]];
    finding.examples.push_back(table.where(row) + ": " + shown(row.fields[column]));
  }
  report.findings.push_back(std::move(finding));
}

std::map<std::string, int64_t> count_labels(const Table& table, size_t column) {
  std::map<std::string, int64_t> counts;
  for (const Row& row : table.rows) {
    for (const std::string& label : split_items(row.fields[column])) ++counts[label];
  }
  return counts;
}

void add_rare_labels(Report& report, const std::map<std::string, int64_t>& counts, int64_t limit) {
  Finding finding{"rare_label", 0, {}};
  for (const auto& [label, count] : counts) {
    if (count >= limit) continue;
    ++finding.count;
    if (finding.examples.size() < kExamples) {
      finding.examples.push_back(shown(label) + ": rows " + std::to_string(count));
    }
  }
  if (finding.count > 0) report.findings.push_back(std::move(finding));
}

void add_labels(Report& report, const Table& table, size_t column, int64_t rare_limit) {
  const auto& counts = report.labels[table.columns[column]] = count_labels(table, column);
  add_rare_labels(report, counts, rare_limit);
  if (counts.size() == 1) {
    report.findings.push_back(
        {"single_label", 1, {table.columns[column] + ": " + shown(counts.begin()->first)}});
  }
}

}  // namespace

Report make_report(const Table& table, const ReportOptions& options) {
  const RowChecks checks(table, options);
  Report report;
  report.rows = static_cast<int64_t>(table.rows.size());
  report.scripts = checks.scripts();
  for (const size_t column : checks.text_columns())
    report.lengths[table.columns[column]] = lengths_of(table, column);

  const size_t text = checks.text_columns()[0];
  add_rows(report, "duplicate", table, text, checks.duplicates());
  add_rows(report, "near_duplicate", table, text, checks.near_duplicates());
  add_rows(report, "empty", table, text, checks.empty());
  add_rows(report, "wrong_script", table, text, checks.wrong_script());
  add_rows(report, "length_ratio", table, text, checks.length_outliers());
  add_rows(report, "conflicting_labels", table, text, checks.conflicting_labels());
  add_rows(report, "too_long", table, text, checks.too_long());
  for (const size_t column : checks.label_columns())
    add_labels(report, table, column, options.min_label_rows);
  return report;
}

}  // namespace heed::data
