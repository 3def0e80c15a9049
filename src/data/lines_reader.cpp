#include "base/error.h"
#include "data/lines.h"
#include "data/readers.h"
#include "data/table_builder.h"

namespace heed::data {

Table read_lines(std::string_view text, const std::string& file, const ReadOptions& options) {
  if (options.columns.size() > 1) {
    throw Error(ErrorCode::invalid_argument,
                file + ": expected one column's name for a file of text lines, found " +
                    std::to_string(options.columns.size()) +
                    "; name the format (csv, tsv, jsonl) if it has several");
  }
  TableBuilder table(file, options);
  table.set_columns(options.columns.empty() ? std::vector<std::string>{"text"} : options.columns, 1);
  LineCursor cursor(text, file, options.max_line_bytes);
  while (cursor.next()) table.add({std::string(cursor.line())}, cursor.number(), "");
  return std::move(table).finish();
}

}  // namespace heed::data
