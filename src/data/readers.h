#pragma once

#include <string>
#include <string_view>

#include "data/table.h"

// One reader a format, each in its own file `<format>_reader.cpp`. Each takes the whole content of a file and
// its name for messages, and gives a table of that one file; read_table has checked text formats for UTF-8
// and NUL bytes before.
namespace heed::data {

Table read_csv(std::string_view text, const std::string& file, const ReadOptions& options);
Table read_tsv(std::string_view text, const std::string& file, const ReadOptions& options);
Table read_jsonl(std::string_view text, const std::string& file, const ReadOptions& options);
Table read_lines(std::string_view text, const std::string& file, const ReadOptions& options);
Table read_mo(std::string_view bytes, const std::string& file, const ReadOptions& options);
Table read_po(std::string_view text, const std::string& file, const ReadOptions& options);

}  // namespace heed::data
