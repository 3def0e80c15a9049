#include <limits>
#include <memory>

#include "apps/console.h"
#include "apps/support/commands.h"
#include "apps/support/dataset.h"
#include "apps/support/test_model.h"
#include "apps/support/test_report.h"
#include "base/files.h"
#include "base/threads.h"

namespace heed::apps::support {
namespace {

struct Settings {
  std::vector<std::string> paths;
  ReadDatasetOptions columns;
  TrainedFolds folds;
  std::string model, html, language = "en";
  bool fast = false, json = false, all = false;
};

TestReport test(const Settings& settings, const std::vector<LabelledText>& examples) {
  if (!settings.model.empty()) return make_test_report(ask_model(settings.model, examples), settings.model);
  const std::string how = std::to_string(settings.folds.folds) + "-fold cross-validation of ";
  if (settings.fast) {
    return make_test_report(
        cross_validate(examples, settings.folds.folds, thread_count(0), settings.folds.seed),
        how + "a linear model (--fast)");
  }
  return make_test_report(cross_validate_trained(examples, settings.folds),
                          how + "models as heed support train makes them");
}

void run(const Settings& settings) {
  if (!settings.html.empty()) check_can_write(settings.html);
  const Dataset dataset = read_dataset(settings.paths, settings.columns);
  const TestReport report = test(settings, dataset.examples);
  if (!settings.html.empty()) {
    write_file_atomically(settings.html, to_html(report, dataset.examples, settings.language == "zh"));
  }
  print(settings.json
            ? to_json(report, dataset.examples).dump() + "\n"
            : to_text(report, dataset.examples, settings.all ? std::numeric_limits<int64_t>::max() : 15));
}

}  // namespace

void add_test_command(CLI::App& support) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = support.add_subcommand(
      "test", "How well intents are told apart: by cross-validation, or a model on held-out data");
  command->add_option("PATH", settings->paths, "Examples: files or folders, as import takes them")
      ->required();
  auto* model =
      command->add_option("--model", settings->model, "Ask this model, which must not have learned from PATH")
          ->type_name("MODEL");
  command
      ->add_flag("--fast", settings->fast, "Cross-validate a linear model: seconds, and a few per cent below")
      ->excludes(model);
  command->add_option("--folds", settings->folds.folds, "Of the cross-validation; each trains a model")
      ->check(CLI::Range(2, 20))
      ->excludes(model)
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--set", settings->folds.overrides, "Override a key of the recipe of each fold")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->excludes(model);
  add_column_options(*command, settings->columns);
  command->add_option("--html", settings->html, "Also write one page that needs nothing else")
      ->type_name("FILE.html");
  command->add_option("--language", settings->language, "Of the page: en, zh")
      ->check(CLI::IsMember({"en", "zh"}).description(""))
      ->capture_default_str()
      ->type_name("LANG");
  command->add_flag("--all", settings->all, "Every intent and mistake, not the first fifteen");
  command->add_flag("--json", settings->json, "Everything as one JSON object");
  command->footer(
      "Examples:\n"
      "  heed support test shop --fast\n"
      "  heed support test held-out.csv --model models/support --html report.html\n"
      "  heed support test shop --folds 5");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::apps::support
