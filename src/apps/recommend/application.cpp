#include "apps/recommend/application.h"

#include "apps/recommend/commands.h"
#include "apps/recommend/http.h"

namespace heed::apps {
namespace {

void add_commands(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("recommend", "What comes next for each person: from events to slates");
  command->require_subcommand(1);
  recommend::add_import_command(*command);
  recommend::add_train_command(*command);
  recommend::add_evaluate_command(*command);
  recommend::add_fit_command(*command);
  recommend::add_promote_command(*command);
  recommend::add_recommend_command(*command);
}

}  // namespace

Application recommend_application() {
  return {.name = "recommend",
          .description = "Recommendations that read the words and explain themselves",
          .add_commands = add_commands,
          .routes = nullptr,
          .mount = recommend::mount_recommend};
}

}  // namespace heed::apps
