#include "cli/commands.h"
#include "cli/economy_commands.h"

namespace heed::cli {

void add_economy_command(CLI::App& app) {
  CLI::App* economy = app.add_subcommand(
      "economy", "People's minutes: where each should go, what it is worth, what is remembered");
  economy->require_subcommand(1);
  economy->footer("Example:\n  heed economy allocate people.csv pairs.csv --limits limits.csv");
  add_economy_allocate_command(*economy);
  add_economy_retain_command(*economy);
}

}  // namespace heed::cli
