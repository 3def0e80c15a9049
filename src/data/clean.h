#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/report.h"
#include "data/table.h"

namespace heed::data {

// Which rows to remove; each reason is a question of row_checks.h, asked of the table as it came.
struct CleanOptions {
  ReportOptions report = {};  // columns and limits
  bool duplicates = true;
  bool empty = true;
  bool length_ratio = true;  // translation only
  bool too_long = true;
  bool near_duplicates = false;
  bool wrong_script = false;
  bool conflicting_labels = false;  // all rows of such a text: none of the labels is known to be right
};

struct RemovedRow {
  std::string reason;  // a Finding's kind
  std::string where;   // "train.csv:17"
};

struct CleanResult {
  std::map<std::string, int64_t>
      counts;  // reason -> rows; a row counts for the first reason that holds, in the order above
  std::vector<RemovedRow> removed;  // in the table's order
};

CleanResult clean(Table& table, const CleanOptions& options);

}  // namespace heed::data
