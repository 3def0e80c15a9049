#include "cli/evaluation_options.h"

#include <string>

#include "base/error.h"

namespace heed::cli {

void add_translation_options(CLI::App& command, EvaluateTranslation& settings) {
  const std::string group = "Translation";
  command
      .add_option("--tokenize", settings.tokenizer,
                  "As sacreBLEU: 13a, zh, intl, char or none; auto goes by the reference")
      ->check(CLI::IsMember({"auto", "13a", "zh", "intl", "char", "none"}).description(""))
      ->capture_default_str()
      ->type_name("NAME")
      ->group(group);
  command.add_option("--beam", settings.options.beam, "Hypotheses kept at each step; 1 is greedy")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N")
      ->group(group);
  command
      .add_option("--length-penalty", settings.options.length_penalty, "Above 0 favours longer translations")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str()
      ->type_name("X")
      ->group(group);
}

void add_classification_options(CLI::App& command, EvaluateClassification& settings) {
  const std::string group = "Classification";
  command.add_option("--text", settings.text_column, "Column of the text")
      ->capture_default_str()
      ->type_name("COLUMN")
      ->group(group);
  command.add_option("--label", settings.label_column, "Column of the label (the head's name where absent)")
      ->type_name("COLUMN")
      ->group(group);
  command.add_option("--separator", settings.separator, "Between the labels of a row, where it has several")
      ->capture_default_str()
      ->type_name("TEXT")
      ->group(group);
  command.add_option("--head", settings.head, "Which head, where the model has several")
      ->type_name("NAME")
      ->group(group);
}

void add_set_options(CLI::App& command, MeasuredSet& set) {
  command
      .add_option("--eval", set.files,
                  "Measure both: SOURCE REFERENCE of a translator, a labelled table of a classifier")
      ->expected(1, 2)
      ->type_name("FILE...");
  add_translation_options(command, set.translation);
  add_classification_options(command, set.classification);
}

Measure measure_set(MeasuredSet set, const ModelDirectory& model) {
  if (set.files.empty()) return [](const ModelDirectory&) { return Measured(); };
  const bool translates = model.config.decodes();
  if (set.files.size() != (translates ? 2 : 1)) {
    throw Error(
        ErrorCode::invalid_argument,
        std::string("--eval: expected ") +
            (translates ? "two files of a translator, source and reference" : "one table of a classifier") +
            ", found " + std::to_string(set.files.size()));
  }
  if (!translates) {
    set.classification.data = set.files[0];
    return measure_classification(set.classification, model);
  }
  set.translation.source = set.files[0];
  set.translation.reference = set.files[1];
  return measure_translation(set.translation);
}

}  // namespace heed::cli
