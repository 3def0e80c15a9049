#include <memory>

#include "apps/console.h"
#include "apps/support/commands.h"
#include "apps/support/train_model.h"

namespace heed::apps::support {

void add_train_command(CLI::App& support) {
  auto settings = std::make_shared<TrainSettings>();
  CLI::App* command =
      support.add_subcommand("train", "Train a model on an imported folder, with its answers and knowledge");
  command->add_option("FOLDER", settings->folder, "As `heed support import` wrote it")->required();
  command->add_option("-o,--output", settings->model, "Where the model goes")->required()->type_name("MODEL");
  command
      ->add_option("--held-out", settings->held_out,
                   "Share of the examples that is not trained on but decides when the model may answer "
                   "alone; 0: by their number")
      ->check(CLI::Range(0.0, 0.5))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--wrong", settings->decision.wrong, "Share of automatic answers that may be wrong")
      ->check(CLI::Range(1e-6, 0.999999))
      ->capture_default_str()
      ->type_name("X");
  command
      ->add_option("--wrong-quotes", settings->knowledge.wrong,
                   "Share of quoted passages of knowledge that may be the wrong ones")
      ->check(CLI::Range(1e-6, 0.999999))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--seed", settings->seed, "Of everything random")
      ->check(CLI::Range(0, 1 << 30))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--set", settings->overrides, "Override a key of the recipe (again for more)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  auto* resume = command->add_flag("--resume", settings->resume, "Go on from an unfinished training");
  command->add_flag("--fresh", settings->fresh, "Start again, forgetting an unfinished training")
      ->excludes(resume);
  command->add_flag("--quiet", settings->quiet, "Print no progress");
  command->footer(
      "Examples:\n"
      "  heed support train shop -o models/support\n"
      "  heed support train shop -o models/support --set train.epochs=20 --fresh\n\n"
      "The recipe is written to FOLDER/recipe.toml. After it: heed support test shop --model models/support");
  command->callback([settings] { print("wrote " + train_model(*settings).string() + "\n"); });
}

}  // namespace heed::apps::support
