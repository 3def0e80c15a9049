#include "cli/evaluation_options.h"

#include <string>

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

}  // namespace heed::cli
