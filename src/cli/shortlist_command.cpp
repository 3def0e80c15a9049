#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/evaluation_options.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "infer/shortlist.h"
#include "infer/text_encoder.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string model, source, target;
  std::string output;             // "": the model's own name
  std::vector<std::string> eval;  // source and reference; none: nothing is measured
  EvaluateTranslation translation;
  infer::ShortlistOptions options;
};

struct Pairs {
  std::vector<std::vector<int32_t>> sources, targets;
};

Pairs read_pairs(const ModelDirectory& model, const std::string& source, const std::string& target) {
  const infer::TextEncoder source_text(model), target_text(model, infer::TextEncoder::Side::target);
  Pairs pairs;
  for (const data::Row& row : data::read_aligned({source, target}, {"source", "target"}).rows) {
    pairs.sources.push_back(source_text.encode(row.fields[0]));
    pairs.targets.push_back(target_text.encode(row.fields[1]));
  }
  return pairs;
}

// How long the lists of these sources are, and how many of the references' tokens they have.
std::string describe(const infer::Shortlist& list, const Pairs& pairs) {
  size_t listed = 0, found = 0, wanted = 0;
  for (size_t i = 0; i < pairs.sources.size(); ++i) {
    const std::vector<int32_t> tokens = list.tokens(pairs.sources[i]);
    const std::unordered_set<int32_t> known(tokens.begin(), tokens.end());
    listed += tokens.size();
    wanted += pairs.targets[i].size();
    for (const int32_t token : pairs.targets[i]) found += known.contains(token) ? 1 : 0;
  }
  const auto count = static_cast<double>(pairs.sources.size());
  return apps::fixed(static_cast<double>(listed) / count, 1) + " tokens a sentence, which hold " +
         apps::fixed(100.0 * static_cast<double>(found) / static_cast<double>(std::max<size_t>(wanted, 1)),
                     2) +
         " % of the translations' tokens\n";
}

std::string compare(const Settings& settings, const ModelDirectory& model) {
  EvaluateTranslation translation = settings.translation;
  translation.source = settings.eval[0];
  translation.reference = settings.eval[1];
  const Measured all = measure_translation(translation)(model);
  translation.options.shortlist = true;
  const Measured listed = measure_translation(translation)(model);
  std::vector<std::vector<std::string>> rows = {{"", "all tokens", "shortlist"}};
  for (size_t i = 0; i < all.figures.size(); ++i) {
    if (all.figures[i].kind == Figure::Kind::loss) continue;  // of forced tokens: no list is asked
    rows.push_back({all.figures[i].name, figure(all.figures[i].value), figure(listed.figures[i].value)});
  }
  const auto rate = [](const Measured& one) { return figure(static_cast<double>(one.rows) / one.seconds); };
  rows.push_back({"sentences a second", rate(all), rate(listed)});
  return "\n" + text_table(rows, {1, 2});
}

void run(const Settings& settings) {
  const ModelDirectory model = open_model(settings.model);
  if (!model.config.decodes()) {
    throw Error(ErrorCode::invalid_argument,
                model.path.string() + ": expected a model that translates, found a classifier");
  }
  if (!settings.eval.empty() && settings.eval.size() != 2) {
    throw Error(ErrorCode::invalid_argument,
                "shortlist: --eval: expected two files, source and reference, found one");
  }
  const Pairs pairs = read_pairs(model, settings.source, settings.target);
  const infer::Shortlist list =
      infer::learn_shortlist(pairs.sources, pairs.targets, model.config.source_vocabulary,
                             model.config.target_vocabulary, settings.options);
  ModelContents contents = read_contents(model);
  contents.assets[infer::Shortlist::kFile] = list.to_bytes();
  const std::filesystem::path name = model.version > 0 ? model.path.parent_path() : model.path;
  const std::filesystem::path written =
      write_model(settings.output.empty() ? name : std::filesystem::path(settings.output), contents);
  apps::print(written.string() + ": a shortlist learned from " + std::to_string(pairs.sources.size()) +
              " sentence pairs\n");
  if (settings.eval.empty()) {
    apps::print("of those: " + describe(list, pairs));
    return;
  }
  apps::print("of " + settings.eval[0] + ": " +
              describe(list, read_pairs(model, settings.eval[0], settings.eval[1])));
  apps::print(compare(settings, open_model(written)));
}

}  // namespace

void add_shortlist_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand(
      "shortlist", "Learn which target tokens each source token may need: faster translation");
  command->add_option("MODEL", settings->model, "Model directory; its next version has the list")->required();
  command->add_option("--source", settings->source, "Source side of the training pairs")
      ->required()
      ->type_name("FILE");
  command->add_option("--target", settings->target, "Their translations, line by line")
      ->required()
      ->type_name("FILE");
  command->add_option("--per-token", settings->options.per_token, "Target tokens of a source token")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--common", settings->options.common, "Frequent target tokens that every list has")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--output", settings->output, "Model directory to write (the model itself where absent)")
      ->type_name("NAME");
  command->add_option("--eval", settings->eval, "Measure with and without it: SOURCE REFERENCE")
      ->expected(2)
      ->type_name("FILE");
  add_translation_options(*command, settings->translation);
  command->footer(
      "The list is used where it is asked for: heed translate --shortlist.\n\n"
      "Example:\n"
      "  heed shortlist models/en-de --source train.en --target train.de --eval valid.en valid.de");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
