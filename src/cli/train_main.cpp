#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "base/error.h"
#include "base/log.h"
#include "cli/help_format.h"
#include "cli/usage_problem.h"
#include "model/model_directory.h"
#include "train/progress.h"
#include "tune/model.h"

// heed-train: one recipe in, one model directory out.
namespace {

volatile std::sig_atomic_t stop_signal = 0;

void request_stop(int signal) { stop_signal = signal; }

// Every step asks for the same buffers again: they stay with the process instead of going back to the system,
// which would clear their pages anew.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

struct Arguments {
  std::string recipe;
  std::vector<std::string> overrides;
  bool resume = false, fresh = false, drop_leaked = false, quiet = false, keys = false;
  std::string device;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.description("Train a model as a recipe says, and write a model directory");
  app.formatter(std::make_shared<heed::cli::HelpFormat>());
  app.set_help_flag("-h,--help", "Print this and exit");
  app.footer(
      "Examples:\n"
      "  heed train recipes/bank-intents.toml --set train.epochs=5\n"
      "  heed train recipes/bank-intents.toml --set data.folder=mine --set output.model=models/mine\n"
      "  heed train recipes/bank-intents.toml --resume\n\n"
      "While it runs, Ctrl-C or SIGTERM saves a checkpoint and leaves; --resume goes on, after a crash too.");
  app.add_option("RECIPE", arguments.recipe, "What to train on what: recipe.toml");
  app.add_option("--set", arguments.overrides, "Override a key of the recipe (again for more)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--resume", arguments.resume, "Go on from the run's last checkpoint");
  app.add_flag("--fresh", arguments.fresh, "Start again, forgetting an unfinished run");
  app.add_flag("--drop-leaked", arguments.drop_leaked,
               "Remove training rows that also stand in validation or test");
  app.add_option("--device", arguments.device, "Where to train: cpu")->type_name("NAME");
  app.add_flag("--quiet", arguments.quiet, "Print no progress");
  app.add_flag("--keys", arguments.keys, "List every key of a recipe with its default, and exit");
}

std::string repeat_command(const Arguments& arguments) {
  std::string command = "heed train " + arguments.recipe;
  for (const std::string& assignment : arguments.overrides) command += " --set " + assignment;
  if (arguments.drop_leaked) command += " --drop-leaked";
  return command;
}

void print_keys() {
  heed::train::Recipe recipe;
  std::fputs(heed::train::recipe_settings(recipe).describe().c_str(), stdout);
}

// A line a split: the figures that the model's metrics.json keeps.
void say_figures(heed::train::ProgressBar& progress, const heed::Json& metrics) {
  for (const auto& [split, values] : metrics.at("splits").items()) {
    std::string line = split;
    for (const auto& [name, value] : values.items()) {
      line += value.is_number_float() ? fmt::format("  {} {:.4f}", name, value.get<double>())
                                      : fmt::format("  {} {}", name, value.dump());
    }
    progress.say(line);
  }
}

int train(const Arguments& arguments) {
  if (arguments.recipe.empty()) {
    throw heed::Error(heed::ErrorCode::invalid_argument,
                      "expected a recipe, found none; example: heed train recipes/bank-intents.toml");
  }
  if (arguments.resume && arguments.fresh) {
    throw heed::Error(heed::ErrorCode::invalid_argument, "expected --resume or --fresh, found both");
  }
  std::vector<std::string> overrides = arguments.overrides;
  if (arguments.drop_leaked) overrides.emplace_back("data.drop_leaked=true");
  if (!arguments.device.empty()) overrides.push_back("train.device=" + arguments.device);
  const auto start = arguments.resume  ? heed::tune::Start::resume
                     : arguments.fresh ? heed::tune::Start::fresh
                                       : heed::tune::Start::refuse_unfinished;
  heed::train::ProgressBar progress(arguments.quiet);
  heed::tune::Model model(
      heed::train::read_recipe(arguments.recipe, overrides),
      {.start = start, .quiet = arguments.quiet, .command = repeat_command(arguments), .stop_requested = [] {
         return stop_signal != 0;
       }});
  const auto& corpus = model.corpus();
  progress.say(corpus.report);
  if (corpus.dropped_leaks > 0) {
    progress.say(
        fmt::format("dropped {} training rows that also stand in validation or test", corpus.dropped_leaks));
  }
  progress.say(fmt::format("training on {} rows, {} for validation; {:.2f} M parameters, vocabulary {}",
                           corpus.train.examples.size(), corpus.valid.examples.size(),
                           static_cast<double>(model.network().parameters().count()) / 1e6,
                           corpus.config.source_vocabulary));
  model.fit();
  if (!model.finished()) {
    progress.say("stopped; the checkpoint is saved: the same command with --resume goes on");
    return 0;
  }
  const auto path = model.save();
  progress.say("wrote " + path.string());
  say_figures(progress, heed::open_model(path).metrics);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  heed::start_logging();
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);
  CLI::App app;
  app.name("heed train");
  Arguments arguments;
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    std::fprintf(stderr, "%s\n", heed::cli::describe_problem(app, problem).c_str());
    return heed::error_info(heed::ErrorCode::invalid_argument).exit_status;
  }
  try {
    if (arguments.keys) {
      print_keys();
      return 0;
    }
    return train(arguments);
  } catch (const heed::Error& error) {
    std::fprintf(stderr, "heed train: %s\n", error.what());
    return heed::error_info(error.code()).exit_status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heed train: unexpected: %s\n", error.what());
    return heed::error_info(heed::ErrorCode::internal).exit_status;
  }
}
