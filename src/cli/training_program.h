#pragma once

#include <functional>

#include <CLI/CLI.hpp>

// What the jobs of heed-train share.
namespace heed::cli {

// Once, at the start of main: memory, logging, and the signals that ask a training to stop.
void begin_training_program();

// Whether Ctrl-C or SIGTERM has come.
bool stop_requested();

// Parses, runs the job, and prints what either throws as one line; the status to leave with.
int run_training_program(CLI::App& app, int argc, char** argv, const std::function<void()>& job);

}  // namespace heed::cli
