#pragma once

#include <string>
#include <vector>

#include "data/table.h"

namespace heed::cli {

// A table's columns by name: some must be there, some may be, no other.
class NamedColumns {
 public:
  // Throws not_found where a required column is missing, invalid_argument where one is neither, with the
  // nearest name.
  NamedColumns(const data::Table& table, const std::vector<std::string>& required,
               const std::vector<std::string>& optional);

  // The field, "" where the table lacks the column. `number` counts required, then optional.
  const std::string& get(const data::Row& row, size_t number) const;

 private:
  std::vector<int64_t> places_;  // -1: not there
};

}  // namespace heed::cli
