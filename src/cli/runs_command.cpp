#include "cli/commands.h"
#include "cli/runs_commands.h"

namespace heed::cli {

void add_runs_command(CLI::App& app) {
  CLI::App* runs = app.add_subcommand("runs", "List, compare and report training runs");
  runs->require_subcommand(1);
  runs->footer("Example:\n  heed runs report models/bank --output report.html");
  add_runs_list_command(*runs);
  add_runs_compare_command(*runs);
  add_runs_report_command(*runs);
}

}  // namespace heed::cli
