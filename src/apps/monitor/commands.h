#pragma once

#include <CLI/CLI.hpp>

namespace heed::apps::monitor {

// Sub-commands of `heed monitor`.
void add_watch_command(CLI::App& monitor);
void add_replay_command(CLI::App& monitor);
void add_backtest_command(CLI::App& monitor);
void add_train_command(CLI::App& monitor);

}  // namespace heed::apps::monitor
