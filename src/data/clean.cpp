#include "data/clean.h"

#include "data/row_checks.h"
#include "data/row_key.h"

namespace heed::data {

CleanResult clean(Table& table, const CleanOptions& options) {
  const RowChecks checks(table, options.report);
  std::map<size_t, std::string> reasons;
  const auto mark = [&](bool wanted, const std::string& reason, auto rows) {
    if (!wanted) return;
    for (const size_t row : (checks.*rows)()) reasons.emplace(row, reason);
  };
  mark(options.duplicates, "duplicate", &RowChecks::duplicates);
  mark(options.empty, "empty", &RowChecks::empty);
  mark(options.length_ratio, "length_ratio", &RowChecks::length_outliers);
  mark(options.too_long, "too_long", &RowChecks::too_long);
  mark(options.near_duplicates, "near_duplicate", &RowChecks::near_duplicates);
  mark(options.wrong_script, "wrong_script", &RowChecks::wrong_script);
  mark(options.conflicting_labels, "conflicting_labels", &RowChecks::conflicting_labels);

  CleanResult result;
  std::vector<size_t> rows;
  for (const auto& [row, reason] : reasons) {
    ++result.counts[reason];
    result.removed.push_back({reason, table.where(table.rows[row])});
    rows.push_back(row);
  }
  erase_rows(table, rows);
  return result;
}

}  // namespace heed::data
