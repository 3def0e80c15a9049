#pragma once

#include <CLI/CLI.hpp>

// The commands under `heed economy`, each in its own file `economy_<name>_command.cpp`.
namespace heed::cli {

void add_economy_allocate_command(CLI::App& economy);
void add_economy_retain_command(CLI::App& economy);  // fit, schedule, survival

}  // namespace heed::cli
