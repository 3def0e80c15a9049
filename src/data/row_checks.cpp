#include "data/row_checks.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "data/minhash.h"
#include "data/row_key.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

std::vector<size_t> sorted(std::vector<size_t> rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// The labels of a row, whatever their order within a field.
std::string labels_key(const Row& row, const std::vector<size_t>& columns) {
  std::string key;
  for (const size_t column : columns) {
    std::vector<std::string> items = split_items(row.fields[column]);
    std::sort(items.begin(), items.end());
    for (const std::string& item : items) key += item + kItemSeparator;
    key += '\n';
  }
  return key;
}

}  // namespace

RowChecks::RowChecks(const Table& table, const ReportOptions& options)
    : table_(table), options_(options), label_columns_(columns_of(table, options.label_columns)) {
  if (options.text_column.empty()) {
    throw Error(ErrorCode::invalid_argument, "report: expected the name of the text column, found none");
  }
  text_columns_ = columns_of(table, {options.text_column});
  if (!options.target_column.empty()) text_columns_.push_back(table.column(options.target_column));
  for (const Row& row : table.rows) text_keys_.push_back(row_key(row, text_columns_));
}

std::vector<size_t> RowChecks::duplicates() const {
  std::vector<size_t> rows;
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    if (!seen.insert(text_keys_[i] + '\n' + labels_key(table_.rows[i], label_columns_)).second)
      rows.push_back(i);
  }
  return rows;
}

std::vector<size_t> RowChecks::near_duplicates() const {
  std::vector<size_t> rows;
  for (const std::vector<size_t>& group : data::near_duplicates(text_keys_)) {
    std::set<std::string> seen;
    for (const size_t row : group) {
      if (seen.insert(text_keys_[row]).second && row != group.front()) rows.push_back(row);
    }
  }
  return sorted(std::move(rows));
}

std::vector<size_t> RowChecks::empty() const {
  std::vector<size_t> columns = text_columns_;
  columns.insert(columns.end(), label_columns_.begin(), label_columns_.end());
  std::vector<size_t> rows;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    const bool blank = std::any_of(columns.begin(), columns.end(), [&](size_t column) {
      return normalise(table_.rows[i].fields[column], {}).empty();
    });
    if (blank) rows.push_back(i);
  }
  return rows;
}

std::vector<std::string> RowChecks::scripts_of(size_t column) const {
  std::vector<std::string> scripts;
  for (const Row& row : table_.rows) scripts.push_back(dominant_script(row.fields[column]));
  return scripts;
}

std::vector<size_t> RowChecks::wrong_script() const {
  std::vector<size_t> rows;
  for (const size_t column : text_columns_) {
    const std::vector<std::string> scripts = scripts_of(column);
    std::map<std::string, int64_t> counts;
    int64_t written = 0;
    for (const std::string& script : scripts) {
      if (!script.empty()) ++counts[script], ++written;
    }
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == counts.end() || most->second * 10 < written * 9) continue;
    for (size_t i = 0; i < scripts.size(); ++i) {
      if (!scripts[i].empty() && scripts[i] != most->first) rows.push_back(i);
    }
  }
  return sorted(std::move(rows));
}

std::vector<size_t> RowChecks::length_outliers() const {
  std::vector<size_t> rows;
  if (text_columns_.size() < 2) return rows;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    const auto& fields = table_.rows[i].fields;
    if (length_ratio(fields[text_columns_[0]], fields[text_columns_[1]]) > options_.max_length_ratio) {
      rows.push_back(i);
    }
  }
  return rows;
}

std::vector<size_t> RowChecks::conflicting_labels() const {
  if (label_columns_.empty()) return {};
  std::unordered_map<std::string, std::set<std::string>> labels_of;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    labels_of[text_keys_[i]].insert(labels_key(table_.rows[i], label_columns_));
  }
  std::vector<size_t> rows;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    if (labels_of[text_keys_[i]].size() > 1) rows.push_back(i);
  }
  return rows;
}

std::vector<size_t> RowChecks::too_long() const {
  std::vector<size_t> rows;
  for (size_t i = 0; i < table_.rows.size(); ++i) {
    for (const size_t column : text_columns_) {
      if (count_characters(table_.rows[i].fields[column]) > options_.max_characters) rows.push_back(i);
    }
  }
  return sorted(std::move(rows));
}

std::map<std::string, std::map<std::string, int64_t>> RowChecks::scripts() const {
  std::map<std::string, std::map<std::string, int64_t>> counts;
  for (const size_t column : text_columns_) {
    for (const std::string& script : scripts_of(column)) ++counts[table_.columns[column]][script];
  }
  return counts;
}

double length_ratio(std::string_view a, std::string_view b) {
  const double first = static_cast<double>(count_width(a)) + 5,
               second = static_cast<double>(count_width(b)) + 5;
  return std::max(first, second) / std::min(first, second);
}

}  // namespace heed::data
