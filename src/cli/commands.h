#pragma once

#include <vector>

#include <CLI/CLI.hpp>

#include "apps/app.h"

// One function a sub-command, each in its own file `<name>_command.cpp`: declares options and an example
// once, and sets the callback that runs it. A callback throws heed::Error; main prints it and exits with the
// table's status.
namespace heed::cli {

void add_train_command(CLI::App& app);  // finds heed-train beside this program and becomes it
void add_prune_command(CLI::App& app);  // likewise
void add_eval_command(CLI::App& app);
void add_classify_command(CLI::App& app);
void add_export_command(CLI::App& app);
void add_data_command(CLI::App& app);   // check, clean, split
void add_model_command(CLI::App& app);  // show, verify
void add_profile_command(CLI::App& app);
void add_quantize_command(CLI::App& app);
void add_shortlist_command(CLI::App& app);
void add_runs_command(CLI::App& app);  // list, compare, report

void add_economy_command(CLI::App& app);  // allocate, retain

void add_serve_command(CLI::App& app);
void add_keys_command(CLI::App& app);    // add, list, remove
void add_events_command(CLI::App& app);  // read, list, export, count, delete, prune, put-aside

// Every application: the one list that names them.
const std::vector<apps::Application>& applications();

}  // namespace heed::cli
