#include "apps/support/fit_command.h"

#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "apps/support/fit_decision.h"
#include "apps/support/judged_texts.h"
#include "base/error.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::apps::support {
namespace {

struct Settings {
  std::string model, head;
  std::vector<std::string> files, out_of_scope, promises;
  std::string text = "text", intent = "intent";
  FitOptions options;
  bool dry_run = false;
};

size_t choose_head(const ModelDirectory& model, const std::string& name) {
  const auto& heads = model.config.classification_heads;
  std::string known;
  for (size_t i = 0; i < heads.size(); ++i) {
    const bool fits = heads[i].kind == "classification" && !heads[i].multi_label;
    if (fits && (name.empty() || heads[i].name == name)) return i;
    known += (known.empty() ? "" : ", ") + heads[i].name;
  }
  throw Error(ErrorCode::invalid_argument, model.path.string() + ": expected a head of intents, one a text" +
                                               (name.empty() ? "" : ", named '" + name + "'") + ", found " +
                                               (known.empty() ? "none" : known));
}

// NAME=0.02
void add_promises(const std::vector<std::string>& words, FitOptions& options) {
  for (const std::string& word : words) {
    const size_t place = word.rfind('=');
    double wrong = 0;
    if (place == std::string::npos || !CLI::detail::lexical_cast(word.substr(place + 1), wrong) ||
        wrong <= 0 || wrong >= 1) {
      throw Error(ErrorCode::invalid_argument,
                  "--promise: expected NAME=SHARE with a share between 0 and 1, found '" + word + "'");
    }
    options.intents[word.substr(0, place)] = wrong;
  }
}

void fit(Settings& settings) {
  add_promises(settings.promises, settings.options);
  const ModelDirectory model = open_model(settings.model);
  const size_t head = choose_head(model, settings.head);
  const HeadConfig& config = model.config.classification_heads[head];
  const infer::Classifier classifier(model);
  std::vector<JudgedText> texts;
  const auto add = [&](const std::vector<std::string>& files, const std::string& intent) {
    for (const std::string& file : files) {
      auto more =
          judge_file({.path = file, .text = settings.text, .intent = intent}, classifier, head, config);
      texts.insert(texts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
  };
  add(settings.files, settings.intent);
  add(settings.out_of_scope, "");
  const FittedDecision fitted = fit_decision(texts, config.name, config.labels, settings.options);
  print_report(describe(fitted));
  if (settings.dry_run) return;
  ModelContents contents = read_contents(model);
  contents.assets[kDecisionFile] = fitted.rule.to_json().dump(1) + "\n";
  print("wrote " + write_model(settings.model, contents).string() + "\n");
}

}  // namespace

void add_fit_command(CLI::App& support) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = support.add_subcommand(
      "fit", "Learn from messages that training has not seen when the model may answer alone");
  command->add_option("model", settings->model, "Model directory; a new version of it is written")
      ->required();
  command->add_option("files", settings->files, "Tables of messages with their intents (.csv, .tsv, .jsonl)")
      ->required();
  command->add_option(
      "--out-of-scope", settings->out_of_scope,
      "Tables of messages that are about something else; also rows whose intent is out_of_scope");
  command->add_option("--wrong", settings->options.wrong, "Share of automatic answers that may be wrong")
      ->check(CLI::Range(1e-6, 0.999999))
      ->capture_default_str();
  command->add_option("--failure", settings->options.failure, "Probability that more of them are")
      ->check(CLI::Range(1e-6, 0.999999))
      ->capture_default_str();
  command->add_option("--promise", settings->promises,
                      "NAME=SHARE: a share of its own for one intent; may be repeated");
  command
      ->add_option("--kept", settings->options.kept,
                   "Share of messages in scope that must not be taken for out of scope")
      ->check(CLI::Range(0.5, 1.0))
      ->capture_default_str();
  command->add_option("--seed", settings->options.seed, "Which messages choose thresholds")
      ->capture_default_str();
  command->add_option("--head", settings->head, "Head of the intents; default: the first of its kind");
  command->add_option("--text", settings->text, "Column of the text")->capture_default_str();
  command->add_option("--intent", settings->intent, "Column of the intent")->capture_default_str();
  command->add_flag("--dry-run", settings->dry_run, "Say what would be, write nothing");
  command->footer(
      "Examples:\n  heed support fit models/support held-out.csv --wrong 0.02\n"
      "  heed support fit models/support held-out.csv --promise card_lost=0.005\n");
  command->callback([settings] { fit(*settings); });
}

}  // namespace heed::apps::support
