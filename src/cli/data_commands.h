#pragma once

#include <CLI/CLI.hpp>

// The three commands under `heed data`, each in its own file `data_<name>.cpp`.
namespace heed::cli {

void add_data_check_command(CLI::App& data);
void add_data_clean_command(CLI::App& data);
void add_data_split_command(CLI::App& data);

}  // namespace heed::cli
