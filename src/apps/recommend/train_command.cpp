#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/dataset.h"
#include "apps/recommend/recipe.h"
#include "apps/trainer.h"
#include "base/error.h"
#include "base/files.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::string folder, model, recipe;
  std::vector<std::string> overrides;
  int64_t seed = 1;
  bool resume = false, fresh = false, quiet = false;
};

constexpr uint64_t kMaxItemBytes = uint64_t{1} << 32;

size_t count_versions(const std::string& model) {
  return std::filesystem::exists(model) ? model_versions(model).size() : 0;
}

std::filesystem::path recipe_of(const Arguments& arguments, const std::filesystem::path& folder) {
  if (!arguments.recipe.empty()) return arguments.recipe;
  const std::string recipe = make_recipe(read_dataset(folder));
  const std::filesystem::path path = folder / "recipe.toml";
  write_file_atomically(path, recipe);
  if (!arguments.quiet)
    print_report(recipe + "\nwritten to " + path.string() + "; training as `heed train` does\n");
  return path;
}

std::vector<std::string> trainer_arguments(const Arguments& arguments, const std::filesystem::path& folder) {
  std::vector<std::string> all = {recipe_of(arguments, folder).string()};
  const auto set = [&](const std::string& assignment) {
    all.emplace_back("--set");
    all.push_back(assignment);
  };
  set("data.folder=" + folder.string());
  set("output.model=" + arguments.model);
  set(fmt::format("train.seed={}", arguments.seed));
  for (const std::string& assignment : arguments.overrides) set(assignment);
  if (arguments.quiet) all.emplace_back("--quiet");
  if (arguments.resume) all.emplace_back("--resume");
  if (arguments.fresh) all.emplace_back("--fresh");
  return all;
}

// What the model recommends among: the items with their words, in a version of its own.
std::filesystem::path add_items(const std::string& model, const std::filesystem::path& folder) {
  const ModelDirectory trained = open_model(model);
  ModelContents contents = read_contents(trained);
  contents.run = read_run(trained);
  contents.assets[kItemsFile] = read_file(folder / kItemsFile, kMaxItemBytes);
  return write_model(model, contents);
}

std::filesystem::path train(const Arguments& arguments) {
  find_trainer();
  const std::filesystem::path folder = std::filesystem::absolute(arguments.folder).lexically_normal();
  const size_t versions = count_versions(arguments.model);
  run_trainer(trainer_arguments(arguments, folder));
  if (count_versions(arguments.model) == versions)
    throw Error(ErrorCode::cancelled,
                "training stopped before its end; the same command with --resume goes on");
  return add_items(arguments.model, folder);
}

}  // namespace

void add_train_command(CLI::App& recommend) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      recommend.add_subcommand("train", "Train a model of what comes next on an imported folder");
  command->add_option("FOLDER", arguments->folder, "As `heed recommend import` wrote it")->required();
  command->add_option("-o,--output", arguments->model, "Where the model goes")
      ->required()
      ->type_name("MODEL");
  command->add_option("--recipe", arguments->recipe, "In place of one that is made for the data")
      ->type_name("FILE");
  command->add_option("--seed", arguments->seed, "Of everything random")
      ->check(CLI::Range(0, 1 << 30))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--set", arguments->overrides, "Override a key of the recipe (again for more)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  auto* resume = command->add_flag("--resume", arguments->resume, "Go on from an unfinished training");
  command->add_flag("--fresh", arguments->fresh, "Start again, forgetting an unfinished training")
      ->excludes(resume);
  command->add_flag("--quiet", arguments->quiet, "Print no progress");
  command->footer(
      "Examples:\n"
      "  heed recommend train shop -o models/shop\n"
      "  heed recommend train beauty -o models/beauty --recipe recipes/amazon-beauty.toml\n\n"
      "After it: heed recommend evaluate shop --model models/shop");
  command->callback([arguments] { print("wrote " + train(*arguments).string() + "\n"); });
}

}  // namespace heed::apps::recommend
