#include "data/column_roles.h"

#include <algorithm>
#include <array>

#include "data/place.h"

namespace heed::data {
namespace {

constexpr std::array kTextNames = {"text",    "source", "sentence", "question",
                                   "content", "query",  "review",   "en"};
constexpr std::array kTargetNames = {"target", "translation", "zh", "de"};
constexpr std::array kLabelNames = {"label", "labels", "category", "intent", "class", "topic", "sentiment"};

bool is_taken(const ReportOptions& options, const std::string& column) {
  const auto& labels = options.label_columns;
  return column == options.text_column || column == options.target_column ||
         std::find(labels.begin(), labels.end(), column) != labels.end();
}

// The first of `names` that is a column without a role, or "".
template <class Names>
std::string find_column(const Table& table, const ReportOptions& options, const Names& names) {
  for (const std::string& name : std::vector<std::string>(names.begin(), names.end())) {
    const bool present = std::find(table.columns.begin(), table.columns.end(), name) != table.columns.end();
    if (present && !is_taken(options, name)) return name;
  }
  return "";
}

}  // namespace

void guess_columns(const Table& table, ReportOptions& options) {
  if (options.target_column.empty() && options.label_columns.empty()) {
    options.target_column = find_column(table, options, kTargetNames);
  }
  if (options.target_column.empty() && options.label_columns.empty()) {
    const std::string label = find_column(table, options, kLabelNames);
    if (!label.empty()) options.label_columns = {label};
  }
  if (options.text_column.empty()) options.text_column = find_column(table, options, kTextNames);
  if (options.text_column.empty()) options.text_column = find_column(table, options, table.columns);
}

std::string describe_columns(const ReportOptions& options) {
  std::string line = "text = " + shown(options.text_column);
  if (!options.target_column.empty()) line += ", target = " + shown(options.target_column);
  for (const std::string& label : options.label_columns) line += ", label = " + shown(label);
  return line;
}

}  // namespace heed::data
