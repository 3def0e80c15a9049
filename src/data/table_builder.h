#pragma once

#include <string>
#include <vector>

#include "data/table.h"

namespace heed::data {

// Puts rows of one file together; the readers' common checks.
class TableBuilder {
 public:
  TableBuilder(const std::string& file, const ReadOptions& options);

  bool has_columns() const { return !table_.columns.empty(); }
  const std::vector<std::string>& columns() const { return table_.columns; }
  // Throws corrupt_data where a name is empty or stands twice.
  void set_columns(std::vector<std::string> names, int64_t line);
  // Throws corrupt_data where the number of fields is not that of the columns (`cure` says how to mend it) or
  // there are too many rows.
  void add(std::vector<std::string> fields, int64_t line, const std::string& cure);
  // Throws corrupt_data where there are no rows.
  Table finish() &&;

 private:
  Table table_;
  int64_t max_rows_;
};

}  // namespace heed::data
