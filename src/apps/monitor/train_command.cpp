#include <memory>
#include <string>
#include <vector>

#include "apps/monitor/commands.h"
#include "apps/monitor/reading.h"
#include "apps/trainer.h"
#include "model/model_directory.h"

namespace heed::apps::monitor {
namespace {

struct TrainOptions {
  std::string recipe, output;
  std::vector<std::string> overrides;
};

void run_train(const TrainOptions& options) {
  std::vector<std::string> arguments = {options.recipe, "--set", "output.model=" + options.output};
  for (const std::string& assignment : options.overrides)
    arguments.insert(arguments.end(), {"--set", assignment});
  run_trainer(arguments);
  // What the watch will ask of it.
  read_by_model(std::make_shared<const infer::LiveModel>(open_model(options.output)), {}, 1);
}

}  // namespace

void add_train_command(CLI::App& monitor) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = monitor.add_subcommand(
      "train", "Train a model for topic and sentiment by a recipe, and check that it can watch");
  command
      ->add_option("RECIPE", options->recipe,
                   "A recipe with heads topic and sentiment, as recipes/finance-opinion.toml")
      ->required();
  command->add_option("-o,--output", options->output, "Where the model goes")->required()->type_name("MODEL");
  command->add_option("--set", options->overrides, "Another value for a key of the recipe: train.epochs=3")
      ->type_name("KEY=VALUE");
  command->footer("Example:\n  heed monitor train recipes/finance-opinion.toml --output models/finance");
  command->callback([options] { run_train(*options); });
}

}  // namespace heed::apps::monitor
