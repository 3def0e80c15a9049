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
  // Reads the files, and fills the roles that were not named; says on standard error which columns were
  // chosen.
  data::Table read();
  data::Table read_more(const std::vector<std::string>& paths) const;  // the same way, no roles
};

struct DataOutput {
  bool force = false;

  void declare(CLI::App& command);
  // Throws invalid_argument where one of the files exists and --force was not given.
  void check(const std::vector<std::string>& paths) const;
};

// One table file, or with --aligned a text file a column.
void write_data(const DataInput& input, const std::vector<std::string>& paths, const data::Table& table);

}  // namespace heed::cli
