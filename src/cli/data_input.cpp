#include "cli/data_input.h"

#include <cstdio>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "data/column_roles.h"

namespace heed::cli {
namespace {

// More than training takes: check and clean are there to find such lines and to drop them.
constexpr int64_t kMaxLineBytes = int64_t{1} << 26;

}  // namespace

void DataInput::declare(CLI::App& command) {
  command
      .add_option("FILE", files,
                  "Files of the same columns: .csv .tsv .jsonl .po .mo or text lines, also .gz")
      ->required();
  command.add_option("--text", roles.text_column, "Column of the text, or of the source of a translation")
      ->type_name("COLUMN");
  command.add_option("--target", roles.target_column, "Column of the translation")->type_name("COLUMN");
  command.add_option("--label", roles.label_columns, "Column of a label (may be given several times)")
      ->type_name("COLUMN")
      ->expected(1)
      ->take_all();
  command.add_option("--format", format, "auto (by the ending), csv, tsv, jsonl, lines, mo or po")
      ->type_name("NAME");
  command.add_option("--columns", columns, "Names, by commas, for files without a header line")
      ->delimiter(',')
      ->type_name("A,B");
  command.add_flag("--aligned", aligned, "Line n of each file belongs together (source, then target)");
  command.add_option("--max-ratio", roles.max_length_ratio, "Length of a text to its translation's, at most")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str()
      ->type_name("X");
  command.add_option("--max-characters", roles.max_characters, "Length of a text, at most")
      ->check(CLI::Range(1, 1 << 30))
      ->capture_default_str()
      ->type_name("N");
}

data::Table DataInput::read() {
  if (aligned && columns.empty()) columns = {"source", "target"};
  data::Table table = read_more(files);
  data::guess_columns(table, roles);
  std::vector<std::string> named = roles.label_columns;
  named.push_back(roles.text_column);
  if (!roles.target_column.empty()) named.push_back(roles.target_column);
  for (const std::string& column : named) table.column(column);
  return table;
}

void DataInput::say_columns() const {
  std::fprintf(stderr, "columns: %s\n", data::describe_columns(roles).c_str());
}

data::Table DataInput::read_more(const std::vector<std::string>& paths) const {
  const std::vector<std::filesystem::path> list(paths.begin(), paths.end());
  if (aligned) return data::read_aligned(list, columns, kMaxLineBytes);
  return data::read_tables(list, {.format = format, .columns = columns, .max_line_bytes = kMaxLineBytes});
}

void DataOutput::declare(CLI::App& command) {
  command.add_flag("--force", force, "Replace files that exist");
}

void DataOutput::check(const std::vector<std::string>& paths) const {
  std::set<std::filesystem::path> seen;
  for (const std::string& path : paths) {
    if (!seen.insert(std::filesystem::absolute(path).lexically_normal()).second) {
      throw Error(ErrorCode::invalid_argument, path + ": expected different files to write, found it twice");
    }
    if (!force && std::filesystem::exists(path)) {
      throw Error(ErrorCode::invalid_argument,
                  path + ": expected a new file, found one that exists; give another name or --force");
    }
    check_can_write(path);
  }
}

void check_targets(const DataInput& input, const std::vector<std::string>& paths) {
  if (input.aligned && paths.size() != input.files.size()) {
    throw Error(ErrorCode::invalid_argument, "output: expected " + std::to_string(input.files.size()) +
                                                 " files, one for each of FILE, found " +
                                                 std::to_string(paths.size()));
  }
  if (input.aligned) return;
  if (paths.size() != 1) {
    throw Error(
        ErrorCode::invalid_argument,
        "output: expected one file, found " + std::to_string(paths.size()) + "; several are for --aligned");
  }
  data::check_writable_format(paths[0]);
}

void write_data(const DataInput& input, const std::vector<std::string>& paths, const data::Table& table) {
  if (input.aligned) return data::write_aligned({paths.begin(), paths.end()}, table);
  data::write_table(paths[0], table);
}

}  // namespace heed::cli
