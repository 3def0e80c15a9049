#include "cli/training_program.h"

#include <csignal>
#include <cstdio>
#include <memory>

#include <malloc.h>

#include "base/error.h"
#include "base/log.h"
#include "cli/help_format.h"
#include "cli/usage_problem.h"

namespace heed::cli {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

void request_stop(int signal) { stop_signal = signal; }

// Every step asks for the same buffers again: they stay with the process instead of going back to the system,
// which would clear their pages anew.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

int fail(const CLI::App& app, const std::string& message, ErrorCode code) {
  std::fprintf(stderr, "%s: %s\n", app.get_name().c_str(), message.c_str());
  return error_info(code).exit_status;
}

}  // namespace

void begin_training_program() {
  keep_freed_memory();
  start_logging();
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);
}

bool stop_requested() { return stop_signal != 0; }

int run_training_program(CLI::App& app, int argc, char** argv, const std::function<void()>& job) {
  app.formatter(std::make_shared<HelpFormat>());
  app.set_help_flag("-h,--help", "Print this and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    std::fprintf(stderr, "%s\n", describe_problem(app, problem).c_str());
    return error_info(ErrorCode::invalid_argument).exit_status;
  }
  try {
    job();
    return 0;
  } catch (const Error& error) {
    return fail(app, error.what(), error.code());
  } catch (const std::exception& error) {
    return fail(app, std::string("unexpected: ") + error.what(), ErrorCode::internal);
  }
}

}  // namespace heed::cli
