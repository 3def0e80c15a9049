#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "apps/line_reader.h"
#include "apps/word_weights.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/model_heads.h"
#include "infer/classifier.h"
#include "model/model_directory.h"

namespace heed::cli {
namespace {

constexpr size_t kChunkLines = 256;
constexpr size_t kWordsShown = 4;

struct Settings {
  std::string model;
  std::string input = "-";
  std::string head;
  int64_t top = 0;  // 0: the best label, and for several labels a text all that are likelier than not
  bool json = false;
  bool explain = false;
};

size_t shown_labels(const infer::HeadResult& result, const HeadConfig& head, int64_t top) {
  if (top > 0) return std::min(static_cast<size_t>(top), result.labels.size());
  if (!head.multi_label) return 1;
  const auto likely = [](const infer::LabelScore& each) { return each.probability >= 0.5; };
  return static_cast<size_t>(std::ranges::count_if(result.labels, likely));
}

// "label<TAB>probability"; several of either are joined by commas.
std::string columns(const infer::HeadResult& result, size_t count) {
  std::string labels, probabilities;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) labels += ',', probabilities += ',';
    labels += result.labels[i].label;
    probabilities += apps::fixed(result.labels[i].probability, 4);
  }
  return labels + "\t" + probabilities;
}

// "  card 0.41, stolen 0.22": the words that a reason is strongest on.
std::string reason(const infer::ClassificationResult& text, std::span<const float> weights,
                   const std::string& name) {
  std::string line = "  " + name;
  const auto words = apps::strongest_words(text.pieces, weights, kWordsShown);
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line += ", ";
    line += apps::bold(words[i].word) + " " + apps::dim(apps::fixed(words[i].weight, 2));
  }
  return line + "\n";
}

std::string explanation(const infer::ClassificationResult& text, const infer::HeadResult& result,
                        bool name_head) {
  const std::string head = name_head ? result.head + ": " : "";
  if (result.ngrams.empty()) return reason(text, result.attention, head);
  return reason(text, result.attention, head + "attention: ") +
         reason(text, result.ngrams, head + "votes of n-grams: ");
}

Json to_json(const infer::ClassificationResult& text, const infer::HeadResult& result, size_t count) {
  Json labels = Json::array();
  for (size_t i = 0; i < count; ++i) {
    labels.push_back(
        {{"label", result.labels[i].label}, {"probability", rounded(result.labels[i].probability)}});
  }
  Json attention = Json::array();
  for (size_t i = 0; i < std::min(text.pieces.size(), result.attention.size()); ++i) {
    attention.push_back({{"piece", text.pieces[i]}, {"weight", rounded(result.attention[i])}});
  }
  Json json = {{"head", result.head}, {"labels", std::move(labels)}, {"attention", std::move(attention)}};
  for (size_t i = 0; i < result.ngrams.size(); ++i)
    json["ngrams"].push_back({{"piece", text.pieces[i]}, {"vote", rounded(result.ngrams[i])}});
  return json;
}

// What one line of input gives, for the heads numbered `chosen`.
std::string format_result(const infer::ClassificationResult& text, const std::string& source,
                          const ModelConfig& config, const std::vector<size_t>& chosen,
                          const Settings& settings) {
  Json json{{"text", source}, {"heads", Json::array()}};
  std::string line, reasons;
  for (const size_t i : chosen) {
    const infer::HeadResult& result = text.heads[i];
    const size_t count = shown_labels(result, config.classification_heads[i], settings.top);
    if (settings.json) json["heads"].push_back(to_json(text, result, count));
    if (!line.empty()) line += '\t';
    line += columns(result, count);
    if (settings.explain) reasons += explanation(text, result, chosen.size() > 1);
  }
  if (settings.json) return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return line + "\n" + reasons;
}

void run(const Settings& settings) {
  const ModelDirectory model = open_model(settings.model);
  const std::vector<size_t> chosen = choose_heads(model, settings.head);
  const infer::Classifier classifier(model);
  apps::LineReader reader(settings.input);
  for (auto lines = reader.next(kChunkLines); !lines.empty(); lines = reader.next(kChunkLines)) {
    const auto results = classifier.classify(lines, {.votes = settings.json || settings.explain});
    for (size_t i = 0; i < lines.size(); ++i) {
      apps::print(format_result(results[i], lines[i], model.config, chosen, settings));
    }
    apps::flush_output();
  }
}

}  // namespace

void add_classify_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("classify", "Label lines, with probabilities and the reason");
  command->add_option("MODEL", settings->model, "Model directory")->required();
  command->add_option("FILE", settings->input, "Text, one example a line (standard input where absent or -)");
  command->add_option("--head", settings->head, "Answer for this head alone")->type_name("NAME");
  command->add_option("--top", settings->top, "Give the K likeliest labels, joined by commas")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("K");
  command->add_flag("--json", settings->json, "One JSON object a line: labels, probabilities, attention");
  command->add_flag(
      "--explain", settings->explain,
      "Add the words that attention was strongest on, and those whose n-grams voted for the label");
  command->footer(
      "Each line of output is label<TAB>probability, the columns of one head after the other's.\n\n"
      "Examples:\n"
      "  echo 'my card was stolen' | heed classify models/bank --explain\n"
      "  heed classify models/bank questions.txt --top 3 --json");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
