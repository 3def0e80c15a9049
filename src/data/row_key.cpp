#include "data/row_key.h"

#include <utility>

#include "base/random.h"
#include "text/normalise.h"

namespace heed::data {

std::string row_key(const Row& row, const std::vector<size_t>& columns) {
  std::string key;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) key += kItemSeparator;
    key += normalise(row.fields[columns[i]], {.lowercase = true});
  }
  return key;
}

std::vector<size_t> columns_of(const Table& table, const std::vector<std::string>& names) {
  std::vector<size_t> columns;
  for (const std::string& name : names) columns.push_back(table.column(name));
  return columns;
}

uint64_t hash_text(std::string_view text, uint64_t seed) {
  uint64_t hash = mix64(seed);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;  // FNV-1a
  return mix64(hash ^ text.size());
}

void erase_rows(Table& table, const std::vector<size_t>& unwanted) {
  size_t kept = 0, next = 0;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    if (next < unwanted.size() && unwanted[next] == i) {
      ++next;
    } else if (kept++ != i) {
      table.rows[kept - 1] = std::move(table.rows[i]);
    }
  }
  table.rows.resize(kept);
}

}  // namespace heed::data
