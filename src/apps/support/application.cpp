#include "apps/support/application.h"

#include "apps/support/commands.h"
#include "apps/support/fit_command.h"
#include "apps/support/http.h"
#include "apps/support/retrain_command.h"
#include "apps/support/talk_commands.h"

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
  support::add_fit_command(*command);
  support::add_talk_commands(*command);
  support::add_retrain_command(*command);
}

}  // namespace

Application support_application() {
  return {.name = "support",
          .description = "Customer service that knows when it does not know",
          .add_commands = add_commands,
          .routes = nullptr,
          .mount = support::mount_support};
}

}  // namespace heed::apps
