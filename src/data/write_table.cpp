#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/place.h"
#include "data/table.h"

namespace heed::data {
namespace {

std::string csv_field(const std::string& field) {
  if (!field.empty() && field.find_first_of(",\"\r\n") == field.npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) line.append(line.empty() ? "" : ",").append(csv_field(field));
  return line + "\n";
}

std::string tsv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].find_first_of("\t\r\n") != std::string::npos) {
      throw Error(ErrorCode::invalid_argument,
                  "expected no tab or newline in a field of a .tsv file, found " + shown(fields[i]) +
                      "; write .csv or .jsonl instead");
    }
    line += (i ? "\t" : "") + fields[i];
  }
  return line + "\n";
}

std::string jsonl_line(const std::vector<std::string>& columns, const std::vector<std::string>& fields) {
  Json object = Json::object();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (fields[i].find(kItemSeparator) == std::string::npos) {
      object[columns[i]] = fields[i];
    } else {
      object[columns[i]] = split_items(fields[i]);
    }
  }
  return object.dump() + "\n";
}

bool is_jsonl(const std::string& ending) { return ending == ".jsonl" || ending == ".ndjson"; }

}  // namespace

void check_writable_format(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".csv" || ending == ".tsv" || is_jsonl(ending)) return;
  throw Error(
      ErrorCode::invalid_argument,
      path.string() + ": expected a file name that ends in .csv, .tsv or .jsonl, found " + shown(ending));
}

void write_table(const std::filesystem::path& path, const Table& table) {
  check_writable_format(path);
  const std::string ending = path.extension().string();
  std::function<std::string(const std::vector<std::string>&)> line;
  if (ending == ".csv") line = csv_line;
  if (ending == ".tsv") line = tsv_line;
  if (is_jsonl(ending)) {
    line = [&](const auto& fields) { return jsonl_line(table.columns, fields); };
  }
  AtomicFile file(path);
  if (ending == ".csv" || ending == ".tsv") file.write(line(table.columns));
  for (const Row& row : table.rows) {
    try {
      file.write(line(row.fields));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      throw Error(error.code(), table.where(row) + ": " + error.what());
    }
  }
  file.commit();
}

void write_aligned(const std::vector<std::filesystem::path>& paths, const Table& table) {
  if (paths.size() != table.columns.size()) {
    throw Error(ErrorCode::invalid_argument, "aligned files: expected a file name for each of " +
                                                 listed(table.columns) + ", found " +
                                                 std::to_string(paths.size()));
  }
  for (size_t column = 0; column < paths.size(); ++column) {
    AtomicFile file(paths[column]);
    for (const Row& row : table.rows) file.write(row.fields[column] + "\n");
    file.commit();
  }
}

}  // namespace heed::data
