#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "apps/console.h"
#include "apps/fetch.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/usage.h"
#include "serve/http_post.h"

namespace {

void add_commands(CLI::App& app) {
  heed::cli::add_train_command(app);
  heed::cli::add_eval_command(app);
  for (const heed::apps::Application& application : heed::cli::applications()) application.add_commands(app);
  heed::cli::add_classify_command(app);
  heed::cli::add_data_command(app);
  heed::cli::add_model_command(app);
  heed::cli::add_profile_command(app);
  heed::cli::add_export_command(app);
  heed::cli::add_quantize_command(app);
  heed::cli::add_prune_command(app);
  heed::cli::add_shortlist_command(app);
  heed::cli::add_runs_command(app);
  heed::cli::add_economy_command(app);
  heed::cli::add_serve_command(app);
  heed::cli::add_keys_command(app);
  heed::cli::add_events_command(app);
}

int fail(const std::string& message, heed::ErrorCode code) {
  std::fprintf(stderr, "heed: %s\n", message.c_str());
  return heed::error_info(code).exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  heed::start_logging();
  heed::apps::lend_fetch(heed::serve::get);
  CLI::App app("Attention models on your own text: train, evaluate, and answer with the reason.", "heed");
  add_commands(app);
  heed::cli::prepare(app);
  try {
    app.parse(argc, argv);
    heed::apps::flush_output();
    return 0;
  } catch (const CLI::ParseError& problem) {
    return heed::cli::answer_usage(app, problem);
  } catch (const heed::Error& error) {
    return fail(error.what(), error.code());
  } catch (const std::exception& error) {
    return fail(std::string("unexpected: ") + error.what(), heed::ErrorCode::internal);
  }
}
