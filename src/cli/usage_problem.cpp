#include "cli/usage_problem.h"

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

#include "base/nearest.h"

namespace heed::cli {
namespace {

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

// CLI11 lists what it could not place from the last argument to the first.
std::string first_unknown(const std::vector<std::string>& arguments) {
  const auto option = std::ranges::find_if(arguments, [](const auto& each) { return each.starts_with("-"); });
  return option == arguments.end() ? arguments.front() : *option;
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

// CLI11's own words for a bad value, in those of this project.
std::string reworded(std::string message) {
  std::ranges::replace(message, '\n', ' ');
  static const std::vector<std::pair<std::regex, std::string>> kWordings = {
      {std::regex(R"(^(.*): Value (.*) not in range (\S+?)(?:\.0+)? to (\S+?)(?:\.0+)?$)"),
       "$1: expected $3 to $4, found $2"},
      {std::regex(R"((.*): Check (.*) value in \{(.*?)\} OR .* FAILED)"),
       "$1: expected one of $3, found '$2'"},
      {std::regex(R"((.*): (.*) not in \{(.*)\})"), "$1: expected one of $3, found '$2'"},
      {std::regex(R"(Could not convert: (.*) = (.*))"), "$1: expected a number, found '$2'"},
      {std::regex(R"((.*): 1 required (.*) missing)"), "$1: expected $2, found nothing"}};
  for (const auto& [pattern, wording] : kWordings) {
    if (std::regex_match(message, pattern)) return std::regex_replace(message, pattern, wording);
  }
  return message;
}

std::string describe(const CLI::App& command, const CLI::ParseError& problem) {
  const std::vector<std::string> unknown = command.remaining();
  if (!unknown.empty()) return describe_unknown(command, first_unknown(unknown));
  if (!command_names(command).empty()) return "expected a command";
  const std::string text = reworded(problem.what());
  return std::regex_replace(text, std::regex("->[0-9]+(?=[,}]|, found)"),
                            "");  // numbers behind a choice's names
}

}  // namespace

const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

std::string describe_problem(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App& command = innermost(app);
  const std::string path = path_of(command);
  return path + ": " + describe(command, problem) + "; see " + path + " --help";
}

}  // namespace heed::cli
