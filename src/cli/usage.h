#pragma once

#include <CLI/CLI.hpp>

// How `heed` explains itself.
namespace heed::cli {

// Version, help flag and layout of the help text. Called when all commands are declared.
void prepare(CLI::App& app);

// Answers what CLI11 stopped at: prints help or the version to standard output, or one line "heed: …" with
// the nearest known name to standard error. Returns the exit status, 0 or that of invalid_argument.
int answer_usage(const CLI::App& app, const CLI::ParseError& problem);

}  // namespace heed::cli
