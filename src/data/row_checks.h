#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/report.h"
#include "data/table.h"

namespace heed::data {

// What can be wrong with rows, one question a function; each answer is row numbers, ascending. The report
// counts them and cleaning removes them. The table must outlive it.
class RowChecks {
 public:
  // Throws as Table::column does where a column of the options is not there, and invalid_argument without a
  // text column.
  RowChecks(const Table& table, const ReportOptions& options);

  std::vector<size_t> duplicates()
      const;  // equal to an earlier row in text, target and labels (normalised, caseless)
  std::vector<size_t> near_duplicates()
      const;  // like an earlier row in text and target (minhash.h), but not equal to one
  std::vector<size_t> empty() const;               // text, target or a label without a character
  std::vector<size_t> wrong_script() const;        // in another script than nine tenths of their column
  std::vector<size_t> length_outliers() const;     // length_ratio(text, target) over the limit
  std::vector<size_t> conflicting_labels() const;  // each row whose text also stands with other labels
  std::vector<size_t> too_long() const;            // more characters than max_characters

  // Columns of text: the text column, and the target where there is one.
  const std::vector<size_t>& text_columns() const { return text_columns_; }
  const std::vector<size_t>& label_columns() const { return label_columns_; }
  // Column of text -> dominant script -> rows.
  std::map<std::string, std::map<std::string, int64_t>> scripts() const;

 private:
  std::vector<std::string> scripts_of(size_t column) const;

  const Table& table_;
  const ReportOptions& options_;
  std::vector<size_t> text_columns_, label_columns_;
  std::vector<std::string> text_keys_;  // row_key of the text columns
};

// The longer of two lengths to the shorter, where a Han, Kana or Hangul character counts as two and each text
// has five more, so that short ones differ freely.
double length_ratio(std::string_view a, std::string_view b);

}  // namespace heed::data
