#include "data/table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/files.h"
#include "base/nearest.h"
#include "data/gzip.h"
#include "data/lines.h"
#include "data/place.h"
#include "data/readers.h"

namespace heed::data {
namespace {

struct Format {
  std::string name;
  std::vector<std::string> endings;
  Table (*read)(std::string_view, const std::string&, const ReadOptions&);
  bool is_text;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> kFormats = {
      {"csv", {".csv"}, read_csv, true},
      {"tsv", {".tsv"}, read_tsv, true},
      {"jsonl", {".jsonl", ".ndjson"}, read_jsonl, true},
      {"mo", {".mo"}, read_mo, false},
      {"po", {".po", ".pot"}, read_po, true},
      {"lines", {}, read_lines, true},
  };
  return kFormats;
}

const Format& format_by_ending(std::filesystem::path path) {
  if (path.extension() == ".gz") path.replace_extension();
  for (const Format& format : formats()) {
    const auto& endings = format.endings;
    if (std::find(endings.begin(), endings.end(), path.extension()) != endings.end()) return format;
  }
  return formats().back();
}

const Format& choose_format(const std::filesystem::path& path, const std::string& name) {
  if (name == "auto") return format_by_ending(path);
  std::vector<std::string> names = {"auto"};
  for (const Format& format : formats()) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  throw Error(ErrorCode::invalid_argument,
              "format: expected " + listed(names) + ", found " + shown(name) + did_you_mean(name, names));
}

std::string read_content(const std::filesystem::path& path, int64_t max_bytes) {
  std::string content = read_file(path, static_cast<uint64_t>(max_bytes));
  if (!is_gzip(content)) return content;
  return gunzip(content, max_bytes, path.string());
}

// Appends the rows of `part`, whose columns are those of `table` in any order.
void append(Table& table, Table part) {
  if (part.columns.size() != table.columns.size() ||
      !std::is_permutation(part.columns.begin(), part.columns.end(), table.columns.begin())) {
    fail_at(part.files[0], 1,
            "expected the columns of " + table.files[0] + " (" + listed(table.columns) + "), found " +
                listed(part.columns) + "; read files with different columns one by one");
  }
  std::vector<size_t> order;
  for (const std::string& name : table.columns) order.push_back(part.column(name));
  const auto file = static_cast<int32_t>(table.files.size());
  table.files.push_back(part.files[0]);
  for (Row& row : part.rows) {
    Row moved{{}, file, row.line};
    for (const size_t column : order) moved.fields.push_back(std::move(row.fields[column]));
    table.rows.push_back(std::move(moved));
  }
}

void check_same_length(const std::vector<Table>& parts) {
  for (const Table& part : parts) {
    const Table& first = parts[0];
    if (part.rows.size() == first.rows.size()) continue;
    const bool shorter = part.rows.size() < first.rows.size();
    const Table& less = shorter ? part : first;
    const Table& more = shorter ? first : part;
    throw Error(ErrorCode::invalid_argument,
                less.files[0] + ": expected " + std::to_string(more.rows.size()) + " lines as in " +
                    more.files[0] + ", found " + std::to_string(less.rows.size()) +
                    "; aligned files need a line for each other's line");
  }
}

}  // namespace

std::string format_of(const std::filesystem::path& path) { return format_by_ending(path).name; }

std::vector<std::string> split_items(const std::string& field, const std::string& separator) {
  const bool is_array = separator.empty() || field.find(kItemSeparator) != std::string::npos;
  const std::string cut = is_array ? std::string(1, kItemSeparator) : separator;
  std::vector<std::string> items;
  for (size_t begin = 0; begin < field.size();) {
    const size_t end = std::min(field.find(cut, begin), field.size());
    if (end > begin) items.push_back(field.substr(begin, end - begin));
    begin = end + cut.size();
  }
  return items;
}

size_t Table::column(const std::string& name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found != columns.end()) return static_cast<size_t>(found - columns.begin());
  throw Error(ErrorCode::not_found, (files.empty() ? "table" : files[0] + ":1") + ": expected a column " +
                                        shown(name) + ", found " + listed(columns) +
                                        did_you_mean(name, columns) +
                                        "; name one that is there, or rename it in the file");
}

std::string Table::where(const Row& row) const {
  return files.at(static_cast<size_t>(row.file)) + ":" + std::to_string(row.line);
}

Table read_table(const std::filesystem::path& path, const ReadOptions& options) {
  const Format& format = choose_format(path, options.format);
  const std::string content = read_content(path, options.max_file_bytes);
  if (content.empty())
    fail_at(path.string(), 1,
            "expected at least one row, found an empty file; check that this is the right one");
  if (format.is_text) check_text(content, path.string());
  return format.read(content, path.string(), options);
}

Table read_tables(const std::vector<std::filesystem::path>& paths, const ReadOptions& options) {
  if (paths.empty()) throw Error(ErrorCode::invalid_argument, "files: expected at least one, found none");
  Table table = read_table(paths[0], options);
  for (size_t i = 1; i < paths.size(); ++i) append(table, read_table(paths[i], options));
  return table;
}

Table read_aligned(const std::vector<std::filesystem::path>& paths, const std::vector<std::string>& columns,
                   int64_t max_line_bytes) {
  if (paths.size() != columns.size() || paths.empty()) {
    throw Error(ErrorCode::invalid_argument, "aligned files: expected a column's name for each, found " +
                                                 std::to_string(paths.size()) + " files and " +
                                                 std::to_string(columns.size()) + " names");
  }
  std::vector<Table> parts;
  for (size_t i = 0; i < paths.size(); ++i) {
    parts.push_back(
        read_table(paths[i], {.format = "lines", .columns = {columns[i]}, .max_line_bytes = max_line_bytes}));
  }
  check_same_length(parts);
  Table table = std::move(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    table.columns.push_back(columns[i]);
    table.files.push_back(parts[i].files[0]);
    for (size_t row = 0; row < table.rows.size(); ++row) {
      table.rows[row].fields.push_back(std::move(parts[i].rows[row].fields[0]));
    }
  }
  return table;
}

}  // namespace heed::data
