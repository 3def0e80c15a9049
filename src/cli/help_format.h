#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace heed::cli {

// CLI11's help without its noise: value ranges, "TEXT" after every name and doubled blank lines go, a default
// stands at the end of its description.
class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat();

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace heed::cli
