#pragma once

#include <CLI/CLI.hpp>

// The three commands under `heed runs`, each in its own file `runs_<name>.cpp`.
namespace heed::cli {

void add_runs_list_command(CLI::App& runs);
void add_runs_compare_command(CLI::App& runs);
void add_runs_report_command(CLI::App& runs);

}  // namespace heed::cli
