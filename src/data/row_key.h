#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/table.h"

namespace heed::data {

// The fields of `columns` as equality of rows sees them: NFKC, lower case, white space squeezed, joined by
// kItemSeparator.
std::string row_key(const Row& row, const std::vector<size_t>& columns);

// The numbers of the named columns. Throws as Table::column does.
std::vector<size_t> columns_of(const Table& table, const std::vector<std::string>& names);

// 64 well-mixed bits of a text, the same on every machine.
uint64_t hash_text(std::string_view text, uint64_t seed);

// Keeps the rows whose number is not in `unwanted` (ascending), in their order.
void erase_rows(Table& table, const std::vector<size_t>& unwanted);

}  // namespace heed::data
