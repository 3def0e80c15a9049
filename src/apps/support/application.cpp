#include "apps/support/application.h"

#include "apps/support/commands.h"

namespace heed::apps {
namespace {

void add_commands(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("support", "Customer service: from questions and answers to a model");
  command->require_subcommand(1);
  support::add_import_command(*command);
  support::add_check_command(*command);
  support::add_train_command(*command);
  support::add_test_command(*command);
}

std::vector<Route> routes() { return {}; }

}  // namespace

Application support_application() {
  return {"support", "Customer service that knows when it does not know", add_commands, routes};
}

}  // namespace heed::apps
