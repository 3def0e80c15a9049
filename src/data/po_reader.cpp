#include "data/po_file.h"
#include "data/readers.h"
#include "data/table_builder.h"

namespace heed::data {

Table read_po(std::string_view text, const std::string& file, const ReadOptions& options) {
  TableBuilder table(file, options);
  table.set_columns({"source", "target", "context"}, 1);
  for (const PoEntry& entry : parse_po(text, file).entries) {
    if (entry.id.empty() || entry.obsolete || entry.fuzzy() || entry.translations[0].empty()) continue;
    table.add({entry.id, entry.translations[0], entry.context.value_or("")}, entry.line, "");
  }
  return std::move(table).finish();
}

}  // namespace heed::data
