#pragma once

#include <CLI/CLI.hpp>

#include "apps/support/dataset.h"

// What `heed support` has for getting from data to a model: each declares one sub-command.
namespace heed::apps::support {

void add_import_command(CLI::App& support);
void add_check_command(CLI::App& support);
void add_train_command(CLI::App& support);
void add_test_command(CLI::App& support);

// --text and --intent: which columns of a table are which.
void add_column_options(CLI::App& command, ReadDatasetOptions& columns);

}  // namespace heed::apps::support
