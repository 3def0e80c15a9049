#include "data/lines.h"
#include "data/readers.h"
#include "data/table_builder.h"

namespace heed::data {
namespace {

std::vector<std::string> split_tabs(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const size_t tab = line.find('\t');
    fields.emplace_back(line.substr(0, tab));
    if (tab == line.npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace

Table read_tsv(std::string_view text, const std::string& file, const ReadOptions& options) {
  TableBuilder table(file, options);
  table.set_columns(options.columns, 1);
  LineCursor cursor(text, file, options.max_line_bytes);
  while (cursor.next()) {
    if (cursor.line().empty()) continue;
    if (table.has_columns()) {
      table.add(split_tabs(cursor.line()), cursor.number(), "separate the fields by one tab each");
    } else {
      table.set_columns(split_tabs(cursor.line()), cursor.number());
    }
  }
  return std::move(table).finish();
}

}  // namespace heed::data
