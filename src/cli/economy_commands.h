#pragma once

#include <CLI/CLI.hpp>

// The commands under `heed economy`, each in its own file `economy_<name>_command.cpp`.
namespace heed::cli {

void add_economy_acquire_command(CLI::App& economy);
void add_economy_allocate_command(CLI::App& economy);
void add_economy_attribute_command(CLI::App& economy);
void add_economy_evaluate_command(CLI::App& economy);
void add_economy_experiment_command(CLI::App& economy);
void add_economy_flow_command(CLI::App& economy);
void add_economy_ledger_command(CLI::App& economy);  // statement, export, post, audit, forget
void add_economy_retain_command(CLI::App& economy);  // fit, schedule, survival, churn

}  // namespace heed::cli
