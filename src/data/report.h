#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/table.h"

namespace heed::data {

struct ReportOptions {
  std::string text_column = {};    // classification: its text; translation: the source
  std::string target_column = {};  // translation only
  std::vector<std::string> label_columns = {};
  double max_length_ratio = 3.0;   // length_ratio of row_checks.h, translation
  int64_t max_characters = 10000;  // more are too_long
  int64_t min_label_rows = 5;      // labels with fewer are rare
};

// One kind of finding: how many rows and the first few places.
struct Finding {
  // duplicate, near_duplicate, empty, wrong_script, length_ratio, conflicting_labels, too_long; of labels,
  // not rows: rare_label, and single_label (a column with one label only, from which nothing can be learned).
  std::string kind;
  int64_t count = 0;
  std::vector<std::string> examples;  // "train.csv:17: <text cut to 60 bytes>"
};

struct Report {
  int64_t rows = 0;
  // Characters a row: minimum, median, 95th percentile, maximum.
  std::map<std::string, std::array<int64_t, 4>> lengths;         // by column
  std::map<std::string, std::map<std::string, int64_t>> labels;  // label column -> label -> rows
  std::map<std::string, std::map<std::string, int64_t>>
      scripts;                    // text column -> dominant script ("" without letters) -> rows
  std::vector<Finding> findings;  // only kinds that were found
};

// Throws not_found where a column is not there.
Report make_report(const Table& table, const ReportOptions& options);
std::string to_text(const Report& report);  // what a person reads before training, at most 40 lines
Json to_json(const Report& report);

}  // namespace heed::data
