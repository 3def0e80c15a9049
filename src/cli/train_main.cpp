#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "cli/prune_program.h"
#include "cli/training_program.h"
#include "model/model_directory.h"
#include "train/progress.h"
#include "tune/model.h"

// heed-train: one recipe in, one model directory out; or, `heed-train prune`, a model in and a smaller one
// out.
namespace {

struct Arguments {
  std::string recipe;
  std::vector<std::string> overrides;
  bool resume = false, fresh = false, drop_leaked = false, quiet = false, keys = false;
  std::string device;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.description("Train a model as a recipe says, and write a model directory");
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

void train(const Arguments& arguments) {
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
  heed::tune::Model model(heed::train::read_recipe(arguments.recipe, overrides),
                          {.start = start,
                           .quiet = arguments.quiet,
                           .command = repeat_command(arguments),
                           .stop_requested = heed::cli::stop_requested});
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
    return;
  }
  const auto path = model.save();
  progress.say("wrote " + path.string());
  say_figures(progress, heed::open_model(path).metrics);
}

}  // namespace

int main(int argc, char** argv) {
  heed::cli::begin_training_program();
  if (argc > 1 && std::string_view(argv[1]) == "prune") return heed::cli::prune_program(argc - 1, argv + 1);
  CLI::App app;
  app.name("heed train");
  Arguments arguments;
  declare(app, arguments);
  return heed::cli::run_training_program(app, argc, argv, [&] {
    if (arguments.keys) {
      print_keys();
      return;
    }
    train(arguments);
  });
}
