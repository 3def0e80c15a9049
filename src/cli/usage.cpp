#include "cli/usage.h"

#include <cstdio>
#include <memory>
#include <string>

#include "apps/console.h"
#include "base/error.h"
#include "cli/help_format.h"
#include "cli/usage_problem.h"

namespace heed::cli {
namespace {

// Commands of every level stand under one heading, in the one layout.
void set_group(CLI::App& command) {
  command.group("Commands");
  if (command.get_help_ptr() != nullptr) command.set_help_flag("-h,--help", "Print this and exit");
  command.formatter(std::make_shared<HelpFormat>());
  for (CLI::App* each : command.get_subcommands([](CLI::App*) { return true; })) set_group(*each);
}

}  // namespace

void prepare(CLI::App& app) {
  app.formatter(std::make_shared<HelpFormat>());
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", "heed " HEED_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) set_group(*command);
  app.footer(
      "Examples:\n"
      "  heed train recipes/bank-intents.toml\n"
      "  echo 'my card was stolen' | heed classify models/bank-intents --explain\n\n"
      "heed COMMAND --help says more, with examples of each.");
}

int answer_usage(const CLI::App& app, const CLI::ParseError& problem) {
  if (problem.get_exit_code() == 0) {
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&problem) != nullptr;
    apps::print(version ? std::string(problem.what()) + "\n" : app.help());
    apps::flush_output();
    return 0;
  }
  std::fprintf(stderr, "%s\n", describe_problem(app, problem).c_str());
  return error_info(ErrorCode::invalid_argument).exit_status;
}

}  // namespace heed::cli
