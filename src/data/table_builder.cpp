#include "data/table_builder.h"

#include <set>
#include <utility>

#include "data/place.h"

namespace heed::data {

TableBuilder::TableBuilder(const std::string& file, const ReadOptions& options)
    : max_rows_(options.max_rows) {
  table_.files = {file};
}

void TableBuilder::set_columns(std::vector<std::string> names, int64_t line) {
  std::set<std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string field = "field " + std::to_string(i + 1) + ": ";
    if (names[i].empty()) {
      fail_at(table_.files[0], line, field + "expected a column's name, found nothing; name every column");
    }
    if (!seen.insert(names[i]).second) {
      fail_at(table_.files[0], line,
              field + "expected a new column's name, found " + shown(names[i]) +
                  " a second time; rename one of the two");
    }
  }
  table_.columns = std::move(names);
}

void TableBuilder::add(std::vector<std::string> fields, int64_t line, const std::string& cure) {
  if (fields.size() != table_.columns.size()) {
    fail_at(table_.files[0], line,
            "expected " + std::to_string(table_.columns.size()) + " fields (" + listed(table_.columns) +
                "), found " + std::to_string(fields.size()) + "; " + cure);
  }
  if (static_cast<int64_t>(table_.rows.size()) >= max_rows_) {
    fail_at(table_.files[0], line,
            "expected at most " + std::to_string(max_rows_) + " rows, found more; split the file");
  }
  table_.rows.push_back({std::move(fields), 0, line});
}

Table TableBuilder::finish() && {
  if (table_.rows.empty()) {
    fail_at(table_.files[0], 1, "expected at least one row, found none; check that this is the right file");
  }
  return std::move(table_);
}

}  // namespace heed::data
