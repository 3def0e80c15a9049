#include "apps/support/train_model.h"

#include <algorithm>

#include "apps/console.h"
#include "apps/support/dataset.h"
#include "apps/support/decision.h"
#include "apps/support/hold_out.h"
#include "apps/support/judged_texts.h"
#include "apps/support/knowledge_assets.h"
#include "apps/support/recipe.h"
#include "apps/support/write_dataset.h"
#include "apps/trainer.h"
#include "base/error.h"
#include "base/files.h"
#include "infer/classifier.h"
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

// When the model may answer alone, where there are enough examples to say so.
void add_rule(const ModelDirectory& model, const std::filesystem::path& held_out, const FitOptions& options,
              ModelContents& contents) {
  if (!std::filesystem::exists(held_out)) return;
  const infer::Classifier classifier(model);
  const auto& heads = model.config.classification_heads;
  const auto head = std::ranges::find(heads, "intent", &HeadConfig::name);
  if (head == heads.end()) return;
  const auto texts =
      judge_file({.path = held_out.string()}, classifier, static_cast<size_t>(head - heads.begin()), *head);
  if (texts.size() < kFewestToFit) {
    print_report(std::to_string(texts.size()) + " examples were held out, " + std::to_string(kFewestToFit) +
                 " are needed to say when the model may answer alone: it hands everything over; "
                 "more: heed support fit\n");
    return;
  }
  const FittedDecision fitted = fit_decision(texts, head->name, head->labels, options);
  contents.assets[kDecisionFile] = fitted.rule.to_json().dump(1) + "\n";
  print_report(describe(fitted));
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

std::filesystem::path add_assets(const std::filesystem::path& model, const std::filesystem::path& folder,
                                 const FitOptions& decision, const FitKnowledgeOptions& knowledge) {
  const ModelDirectory trained = open_model(model);
  ModelContents contents = read_contents(trained);
  contents.run = read_run(trained);
  for (const char* name : {kAnswersFile, kSynonymsFile}) {
    if (std::filesystem::exists(folder / name))
      contents.assets[name] = read_file(folder / name, kMaxAssetBytes);
  }
  add_rule(trained, folder / kHeldOutFile, decision, contents);
  add_knowledge(trained, folder, knowledge, contents);
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
  for (const char* name : {kAnswersFile, kKnowledgeFile}) {
    if (std::filesystem::exists(folder / name)) sources.push_back((folder / name).string());
  }
  const Dataset dataset = read_dataset(sources);
  const DividedRows rows = hold_out(dataset, folder, settings.held_out, settings.seed);
  const std::string recipe = make_recipe(
      dataset, {.folder = folder.string(), .model = settings.model, .seed = settings.seed, .rows = rows});
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
  return add_assets(settings.model, folder, settings.decision, settings.knowledge);
}

}  // namespace heed::apps::support
