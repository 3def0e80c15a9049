#include "apps/support/train_model.h"

#include <map>

#include "apps/console.h"
#include "apps/support/dataset.h"
#include "apps/support/recipe.h"
#include "apps/support/write_dataset.h"
#include "apps/trainer.h"
#include "base/error.h"
#include "base/files.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::apps::support {
namespace {

constexpr uint64_t kMaxAssetBytes = uint64_t{1} << 30;

std::string examples_file(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kExamplesFile;
  if (std::filesystem::exists(path)) return path.string();
  throw Error(ErrorCode::not_found, path.string() +
                                        ": not there; make it with `heed support import SOURCES --output " +
                                        folder.string() + "`");
}

// The record of the training stays with the model that came from it.
std::map<std::string, std::string> read_run(const std::filesystem::path& version) {
  std::map<std::string, std::string> files;
  if (!std::filesystem::is_directory(version / "run")) return files;
  for (const auto& entry : std::filesystem::directory_iterator(version / "run")) {
    if (entry.is_regular_file())
      files[entry.path().filename().string()] = read_file(entry.path(), kMaxAssetBytes);
  }
  return files;
}

size_t count_versions(const std::string& model) {
  return std::filesystem::exists(model) ? model_versions(model).size() : 0;
}

void check_overrides(const std::vector<std::string>& overrides) {
  for (const std::string& assignment : overrides) {
    if (!assignment.starts_with("output.model")) continue;
    throw Error(ErrorCode::invalid_argument,
                "--set " + assignment + ": expected --output for the model's place");
  }
}

}  // namespace

std::filesystem::path add_assets(const std::filesystem::path& model, const std::filesystem::path& folder) {
  const ModelDirectory trained = open_model(model);
  ModelContents contents = read_contents(trained);
  contents.run = read_run(trained.path);
  for (const char* name : {kAnswersFile, kKnowledgeFile, kSynonymsFile}) {
    if (std::filesystem::exists(folder / name))
      contents.assets[name] = read_file(folder / name, kMaxAssetBytes);
  }
  if (contents.assets.contains(kAnswersFile)) {
    const Answers answers = Answers::load(folder / kAnswersFile);
    for (const HeadConfig& head : trained.config.classification_heads) {
      if (head.name == "intent") answers.check_intents(head.labels);
    }
  }
  return write_model(model, contents);
}

std::filesystem::path train_model(const TrainSettings& settings) {
  find_trainer();
  check_overrides(settings.overrides);
  const std::filesystem::path folder = std::filesystem::absolute(settings.folder).lexically_normal();
  std::vector<std::string> sources = {examples_file(folder)};
  if (std::filesystem::exists(folder / kAnswersFile)) sources.push_back((folder / kAnswersFile).string());
  const Dataset dataset = read_dataset(sources);
  const std::string recipe = make_recipe(dataset, {.folder = folder.string(),
                                                   .model = settings.model,
                                                   .validation_share = settings.validation_share,
                                                   .seed = settings.seed});
  const std::filesystem::path path = folder / "recipe.toml";
  write_file_atomically(path, recipe);
  if (!settings.quiet)
    print_report(recipe + "\nwritten to " + path.string() + "; training as `heed train` does\n");
  std::vector<std::string> arguments = {path.string()};
  for (const std::string& assignment : settings.overrides) {
    arguments.emplace_back("--set");
    arguments.push_back(assignment);
  }
  if (settings.quiet) arguments.emplace_back("--quiet");
  if (settings.resume) arguments.emplace_back("--resume");
  if (settings.fresh) arguments.emplace_back("--fresh");
  const size_t versions = count_versions(settings.model);
  run_trainer(arguments);
  if (count_versions(settings.model) == versions) {
    throw Error(ErrorCode::cancelled,
                "training stopped before its end; the same command with --resume goes on");
  }
  return add_assets(settings.model, folder);
}

}  // namespace heed::apps::support
