#include "cli/help_format.h"

namespace heed::cli {

HelpFormat::HelpFormat() {
  column_width(28);
  label("Positionals", "Arguments");
  label("SUBCOMMAND", "COMMAND");
}

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  for (size_t at; (at = text.find("\n\n\n")) != std::string::npos;) text.erase(at, 1);
  return text;
}

std::string HelpFormat::make_description(const CLI::App* app) const {
  return app->get_description() + "\n\n";
}

std::string HelpFormat::make_option_name(const CLI::Option* option, bool is_positional) const {
  const std::string name = CLI::Formatter::make_option_name(option, is_positional);
  return name.substr(0, name.find('{'));  // "--keep-empty{false}": what a flag sets is no one's business
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0 || option->nonpositional() == false) return "";
  const std::string type = option->get_type_name();
  return " " + type.substr(0, type.find(':'));  // what follows a colon describes a check
}

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  const std::string preset = option->get_default_str();
  const bool telling = !preset.empty() && option->get_type_size() != 0 && option->nonpositional();
  return option->get_description() + (telling ? " (default " + preset + ")" : "");
}

}  // namespace heed::cli
