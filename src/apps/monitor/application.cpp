#include "apps/monitor/application.h"

#include "apps/monitor/commands.h"
#include "apps/monitor/http.h"

namespace heed::apps {
namespace {

void add_commands(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("monitor", "Opinion watched: topics, sentiment, alerts with their reasons");
  command->require_subcommand(1);
  monitor::add_watch_command(*command);
  monitor::add_replay_command(*command);
  monitor::add_backtest_command(*command);
  monitor::add_train_command(*command);
}

}  // namespace

Application monitor_application() {
  return {.name = "monitor",
          .description = "Opinion watched in real time: topics, sentiment, alerts",
          .add_commands = add_commands,
          .routes = nullptr,
          .mount = monitor::mount_monitor};
}

}  // namespace heed::apps
