#include "cli/commands.h"
#include "cli/data_commands.h"

namespace heed::cli {

void add_data_command(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Check, clean and split corpora");
  data->require_subcommand(1);
  data->footer("Example:\n  heed data check train.csv --held-out test.csv");
  add_data_check_command(*data);
  add_data_clean_command(*data);
  add_data_split_command(*data);
}

}  // namespace heed::cli
