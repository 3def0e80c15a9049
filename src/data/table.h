#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace heed::data {

// Joins the strings of a JSONL array inside one field (several labels of one row): U+001F, the unit
// separator.
constexpr char kItemSeparator = '\x1F';

// The items of a field, empty ones left out: cut at kItemSeparator, or where the field has none of those at
// `separator` ("": not cut), which is how .csv and .tsv write several labels ("loans|cards").
std::vector<std::string> split_items(const std::string& field, const std::string& separator = "");

// One example: a field for each column of its table, and where it came from.
struct Row {
  std::vector<std::string> fields;
  int32_t file = 0;  // into Table::files
  int64_t line = 0;  // 1-based line where the row begins; in a .mo file the number of the message
};

struct Table {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::vector<std::string> files;

  // Throws not_found: "FILE:1: expected a column 'label', found text, category (did you mean …); name …".
  size_t column(const std::string& name) const;
  std::string where(const Row& row) const;  // "train.csv:17"
};

struct ReadOptions {
  // auto goes by the file name (a .gz ending is looked through): .csv .tsv .jsonl/.ndjson .mo .po; anything
  // else is text lines.
  std::string format = "auto";  // auto, csv, tsv, jsonl, lines, mo, po
  // csv, tsv and lines: the names to give to a file without a header line (empty: csv and tsv have a header,
  // lines are "text"). jsonl: the keys to take, others are left out (empty: those of the first object, and
  // every object has exactly those).
  std::vector<std::string> columns = {};
  // A longer line is nearly always a broken file (an unclosed quote, binary data), and a model would cut all
  // but its first few hundred words.
  int64_t max_line_bytes = 1 << 18;
  int64_t max_rows = int64_t{1} << 31;
  int64_t max_file_bytes = int64_t{1} << 32;  // after decompression
};

// The format that `auto` takes for a file of this name.
std::string format_of(const std::filesystem::path& path);

// Reads one file. Each problem is one Error{corrupt_data or invalid_argument}: file, line, field, expected,
// found, cure: broken UTF-8 (with its byte offset), a NUL byte, a line over the limit, a row with too few or
// too many fields, columns that are not separated by commas (.csv), an unclosed quote, line ends of a
// carriage return alone, no rows at all. A byte order mark and CRLF line ends are looked
// through. In memory whole. csv: RFC 4180, quoted fields may hold newlines; empty lines are skipped. tsv: no
// quoting; empty lines are skipped. jsonl: an object a line; values are strings, numbers, true, false, null
// (empty) or arrays of strings (joined by kItemSeparator). lines: each line is a row, empty ones too. gettext
// catalogues give columns "source", "target" and "context" (empty where an entry has none): the first of
// plural forms; untranslated, fuzzy and obsolete entries are left out, the header entry too.
Table read_table(const std::filesystem::path& path, const ReadOptions& options = {});

// Several files of the same columns, one after the other. Their order may differ from file to file; the first
// file's counts.
Table read_tables(const std::vector<std::filesystem::path>& paths, const ReadOptions& options = {});

// Aligned text: line n of each file belongs together; `columns` names them. Throws when the counts of lines
// differ (which file is shorter).
Table read_aligned(const std::vector<std::filesystem::path>& paths, const std::vector<std::string>& columns,
                   int64_t max_line_bytes = ReadOptions().max_line_bytes);

// Throws invalid_argument where the ending is none that write_table writes.
void check_writable_format(const std::filesystem::path& path);

// Writes as the ending says (.csv .tsv .jsonl), atomically. Throws invalid_argument on another ending, and
// where a field cannot stand in a .tsv file (it holds a tab or a newline).
void write_table(const std::filesystem::path& path, const Table& table);

// Writes aligned text files, column n of the table to path n, each atomically; fields hold no newlines.
void write_aligned(const std::vector<std::filesystem::path>& paths, const Table& table);

}  // namespace heed::data
