#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "data/report.h"
#include "data/table.h"

// What check, clean and split share: which files, how they are read, which column is what.
namespace heed::cli {

struct DataInput {
  std::vector<std::string> files;
  std::string format = "auto";
  std::vector<std::string> columns;
  bool aligned = false;
  data::ReportOptions roles;  // columns and limits

  void declare(CLI::App& command);
  // Reads the files, fills the roles that were not named and checks that all of them are there.
  data::Table read();
  void say_columns() const;  // on standard error, which columns were chosen
  data::Table read_more(const std::vector<std::string>& paths) const;  // the same way, no roles
};

struct DataOutput {
  bool force = false;

  void declare(CLI::App& command);
  // Before anything is read or written: throws invalid_argument where one of the files exists and --force was
  // not given, or one is named twice, and what would keep a file from being written.
  void check(const std::vector<std::string>& paths) const;
};

// Throws where `paths` are not what write_data takes: one table file, or with --aligned a file for each
// input.
void check_targets(const DataInput& input, const std::vector<std::string>& paths);

// One table file, or with --aligned a text file a column.
void write_data(const DataInput& input, const std::vector<std::string>& paths, const data::Table& table);

}  // namespace heed::cli
