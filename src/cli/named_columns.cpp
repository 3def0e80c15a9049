#include "cli/named_columns.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::cli {

NamedColumns::NamedColumns(const data::Table& table, const std::vector<std::string>& required,
                           const std::vector<std::string>& optional) {
  std::vector<std::string> known = required;
  known.insert(known.end(), optional.begin(), optional.end());
  for (const std::string& column : table.columns) {
    if (std::ranges::find(known, column) == known.end())
      throw Error(ErrorCode::invalid_argument,
                  table.files.front() + ":1: unknown column '" + column + "'" + did_you_mean(column, known));
  }
  for (const std::string& name : required) places_.push_back(static_cast<int64_t>(table.column(name)));
  for (const std::string& name : optional) {
    const auto at = std::ranges::find(table.columns, name);
    places_.push_back(at == table.columns.end() ? -1 : at - table.columns.begin());
  }
}

const std::string& NamedColumns::get(const data::Row& row, size_t number) const {
  static const std::string none;
  const int64_t place = places_[number];
  return place < 0 ? none : row.fields[static_cast<size_t>(place)];
}

}  // namespace heed::cli
