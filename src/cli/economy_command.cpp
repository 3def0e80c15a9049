#include "cli/commands.h"
#include "cli/economy_commands.h"

namespace heed::cli {

void add_economy_command(CLI::App& app) {
  CLI::App* economy =
      app.add_subcommand("economy", "People's minutes: won, given, kept, measured and accounted for");
  economy->require_subcommand(1);
  economy->footer("Example:\n  heed economy allocate people.csv pairs.csv --limits limits.csv");
  add_economy_acquire_command(*economy);
  add_economy_allocate_command(*economy);
  add_economy_attribute_command(*economy);
  add_economy_evaluate_command(*economy);
  add_economy_experiment_command(*economy);
  add_economy_flow_command(*economy);
  add_economy_ledger_command(*economy);
  add_economy_retain_command(*economy);
}

}  // namespace heed::cli
