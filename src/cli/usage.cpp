#include "cli/usage.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "cli/help_format.h"

namespace heed::cli {
namespace {

// The sub-command that the arguments had reached.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  return names;
}

std::string describe_unknown(const CLI::App& command, const std::string& argument) {
  if (argument.starts_with("-")) {
    const std::string name = argument.substr(0, argument.find('='));
    return "unknown option '" + name + "'" + did_you_mean(name, option_names(command));
  }
  const std::vector<std::string> names = command_names(command);
  if (names.empty()) return "unexpected argument '" + argument + "'";
  return "unknown command '" + argument + "'" + did_you_mean(argument, names);
}

std::string describe(const CLI::App& command, const CLI::ParseError& problem) {
  const std::vector<std::string> unknown = command.remaining();
  if (!unknown.empty()) return describe_unknown(command, unknown[0]);
  if (!command_names(command).empty()) return "expected a command";
  std::string message = problem.what();
  std::ranges::replace(message, '\n', ' ');
  return message;
}

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
  app.footer("heed COMMAND --help says more, with an example of each.");
}

int answer_usage(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App& command = innermost(app);
  if (problem.get_exit_code() == 0) {
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&problem) != nullptr;
    apps::print(version ? std::string(problem.what()) + "\n" : app.help());
    apps::flush_output();
    return 0;
  }
  const std::string path = path_of(command);
  std::fprintf(stderr, "%s: %s; see %s --help\n", path.c_str(), describe(command, problem).c_str(),
               path.c_str());
  return error_info(ErrorCode::invalid_argument).exit_status;
}

}  // namespace heed::cli
