#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace heed::cli {

// The sub-command that the arguments had reached.
const CLI::App& innermost(const CLI::App& app);

// What CLI11 stopped at, in one line: "heed classify: --top: expected 1 to 1048576, found 0; see heed
// classify
// --help", with the nearest known name where one is unknown.
std::string describe_problem(const CLI::App& app, const CLI::ParseError& problem);

}  // namespace heed::cli
