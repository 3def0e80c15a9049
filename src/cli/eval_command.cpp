#include <memory>
#include <string>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/evaluation_options.h"

namespace heed::cli {
namespace {

void check(const EvaluateTranslation& translation, const EvaluateClassification& classification) {
  const bool by_lines = !translation.source.empty() || !translation.reference.empty();
  const bool by_table = !classification.data.empty();
  if (by_lines == by_table) {
    throw Error(ErrorCode::invalid_argument,
                "eval: expected --source and --reference (a translator) or --data (a classifier), found " +
                    std::string(by_lines ? "both" : "neither"));
  }
  if (by_lines && (translation.source.empty() || translation.reference.empty())) {
    throw Error(ErrorCode::invalid_argument,
                std::string("eval: expected --source and --reference together, found only ") +
                    (translation.source.empty() ? "--reference" : "--source"));
  }
}

void add_translation_files(CLI::App& command, EvaluateTranslation& settings) {
  const std::string group = "Translation";
  command.add_option("--source", settings.source, "Text to translate, one sentence a line")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--reference", settings.reference, "What a person made of each line")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--output", settings.output, "Keep the model's translations here")
      ->type_name("FILE")
      ->group(group);
}

void add_classification_files(CLI::App& command, EvaluateClassification& settings) {
  const std::string group = "Classification";
  command.add_option("--data", settings.data, "Labelled text: .csv .tsv .jsonl")
      ->type_name("FILE")
      ->group(group);
}

}  // namespace

void add_eval_command(CLI::App& app) {
  auto translation = std::make_shared<EvaluateTranslation>();
  auto classification = std::make_shared<EvaluateClassification>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("eval", "Measure a model on held-out data");
  command->add_option("MODEL", translation->model, "Model directory")->required();
  command->add_flag("--json", *json, "One JSON object");
  add_translation_files(*command, *translation);
  add_translation_options(*command, *translation);
  add_classification_files(*command, *classification);
  add_classification_options(*command, *classification);
  command->footer(
      "Examples:\n"
      "  heed eval models/en-de --source test.en --reference test.de\n"
      "  heed eval models/bank --data test.csv --text question --label intent --json");
  command->callback([=] {
    check(*translation, *classification);
    classification->model = translation->model;
    if (classification->data.empty()) {
      evaluate_translation(*translation, *json);
    } else {
      evaluate_classification(*classification, *json);
    }
  });
}

}  // namespace heed::cli
