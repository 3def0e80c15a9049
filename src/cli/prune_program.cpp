#include "cli/prune_program.h"

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/console.h"
#include "base/error.h"
#include "cli/comparison_report.h"
#include "cli/evaluation_options.h"
#include "cli/training_program.h"
#include "model/model_directory.h"
#include "tune/prune.h"

namespace heed::cli {
namespace {

struct Arguments {
  tune::PruneOptions options;
  MeasuredSet set;
  bool resume = false, fresh = false, alone = false, json = false;
};

void declare_shape(CLI::App& app, train::SmallerShape& shape) {
  const std::string group = "What stays";
  const auto add = [&](const char* name, std::optional<int64_t>& value, const char* what) {
    app.add_option(name, value, what)->type_name("N")->group(group);
  };
  add("--encoder-layers", shape.encoder_layers, "Layers of the encoder: those whose loss hurts most");
  add("--decoder-layers", shape.decoder_layers, "Layers of the decoder");
  add("--heads", shape.heads, "Heads of each attention block: the most important ones");
  add("--ffn-dim", shape.ffn_dim, "Inner units of each feed-forward block");
  add("--vocabulary", shape.vocabulary,
      "Pieces, of source and target each: the most frequent ones of the training rows");
}

void declare_training(CLI::App& app, Arguments& arguments) {
  const std::string group = "Recovery training";
  tune::PruneOptions& options = arguments.options;
  app.add_option("--recipe", options.recipe,
                 "What to train on (the model's own run/recipe.toml where absent)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--set", options.overrides, "Override a key of the recipe (again for more)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--epochs", options.epochs, "Passes over the training rows (half the recipe's where absent)")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N")
      ->group(group);
  app.add_option("--steps", options.steps, "At most so many steps")
      ->check(CLI::Range(1, 1000000000))
      ->type_name("N")
      ->group(group);
  app.add_flag("--alone", arguments.alone, "Without the big model as a teacher")->group(group);
  app.add_flag("--resume", arguments.resume, "Go on from the run's last checkpoint")->group(group);
  app.add_flag("--fresh", arguments.fresh, "Start again, forgetting an unfinished run")->group(group);
  app.add_flag("--quiet", options.fit.quiet, "Print no progress")->group(group);
}

void declare(CLI::App& app, Arguments& arguments) {
  app.description(
      "Make a smaller model of a transformer and train it again, taught by the big one, which stays as it "
      "is");
  app.add_option("MODEL", arguments.options.model, "Model directory, or one version of it (NAME/3)")
      ->required();
  app.add_option("--output", arguments.options.output, "Model directory to write (MODEL-pruned where absent)")
      ->type_name("NAME");
  app.add_flag("--json", arguments.json, "One JSON object");
  declare_shape(app, arguments.options.shape);
  declare_training(app, arguments);
  add_set_options(app, arguments.set);
  app.footer(
      "Examples:\n"
      "  heed prune models/en-de --decoder-layers 1 --ffn-dim 512 --eval test.en test.de\n"
      "  heed prune models/bank --heads 2 --ffn-dim 256 --epochs 5 --eval test.csv --label intent\n"
      "  heed prune models/en-de --recipe mine.toml --set data.folder=mine --vocabulary 4000 --output "
      "models/small\n\n"
      "It is trained as `heed train` does it: Ctrl-C or SIGTERM saves a checkpoint, --resume goes on.");
}

std::string repeat_command(int argc, char** argv) {
  std::string command = "heed";
  for (int i = 0; i < argc; ++i) {
    const std::string word = argv[i];
    if (word != "--resume" && word != "--fresh") command += " " + word;
  }
  return command;
}

std::string default_output(const ModelDirectory& model) {
  const std::filesystem::path name = model.version > 0 ? model.path.parent_path() : model.path;
  return name.string() + "-pruned";
}

void prune(Arguments& arguments) {
  tune::PruneOptions& options = arguments.options;
  if (arguments.resume && arguments.fresh)
    throw Error(ErrorCode::invalid_argument, "expected --resume or --fresh, found both");
  const ModelDirectory model = open_model(options.model);
  const Measure measure = measure_set(arguments.set, model);
  if (options.output.empty()) options.output = default_output(model);
  options.taught = !arguments.alone;
  options.fit.start = arguments.resume  ? tune::Start::resume
                      : arguments.fresh ? tune::Start::fresh
                                        : tune::Start::refuse_unfinished;
  options.fit.stop_requested = stop_requested;
  const std::filesystem::path path = tune::prune(options);
  if (path.empty()) {
    apps::print_report("stopped; the checkpoint is saved: the same command with --resume goes on\n");
    return;
  }
  const ModelDirectory written = open_model(path);
  ComparisonReport report{.before = describe_side(model),
                          .after = describe_side(written),
                          .unit = model.config.decodes() ? "sentences" : "texts"};
  report.before.measured = measure(model);
  report.after.measured = measure(written);
  apps::print(arguments.json ? to_json(report).dump() + "\n" : to_text(report));
  apps::flush_output();
}

}  // namespace

int prune_program(int argc, char** argv) {
  CLI::App app;
  app.name("heed prune");
  Arguments arguments;
  declare(app, arguments);
  arguments.options.fit.command = repeat_command(argc, argv);
  return run_training_program(app, argc, argv, [&] { prune(arguments); });
}

}  // namespace heed::cli
