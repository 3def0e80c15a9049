#pragma once

#include <CLI/CLI.hpp>

// `heed recommend …`, a file each.
namespace heed::apps::recommend {

void add_import_command(CLI::App& recommend);
void add_train_command(CLI::App& recommend);
void add_evaluate_command(CLI::App& recommend);
void add_fit_command(CLI::App& recommend);
void add_recommend_command(CLI::App& recommend);
void add_promote_command(CLI::App& recommend);

}  // namespace heed::apps::recommend
