#include <chrono>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/evaluation.h"
#include "data/table.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "model/model_directory.h"
#include "text/normalise.h"

namespace heed::cli {
namespace {

std::vector<std::string> column(const data::Table& table, size_t number) {
  std::vector<std::string> texts;
  for (const data::Row& row : table.rows) texts.push_back(row.fields[number]);
  return texts;
}

std::vector<std::string> translate_all(const EvaluateTranslation& settings,
                                       const std::vector<std::string>& sources) {
  const infer::Translator translator(open_model(settings.model));
  std::vector<std::string> hypotheses;
  for (const auto& result : translator.translate(sources, settings.options)) {
    hypotheses.push_back(result.best.empty() ? "" : result.best[0].text);
  }
  return hypotheses;
}

metrics::BleuTokenizer choose_tokenizer(const std::string& name, const std::vector<std::string>& references) {
  if (name != "auto") return metrics::parse_bleu_tokenizer(name);
  size_t chinese = 0;
  for (const std::string& line : references) chinese += dominant_script(line) == "Han";
  return metrics::parse_bleu_tokenizer(chinese * 2 > references.size() ? "zh" : "13a");
}

void keep(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write_file_atomically(path, text);
}

}  // namespace

void evaluate_translation(const EvaluateTranslation& settings, bool json) {
  if (!settings.output.empty()) check_can_write(settings.output);
  const data::Table table =
      data::read_aligned({settings.source, settings.reference}, {"source", "reference"});
  const std::vector<std::string> references = column(table, 1);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::string> hypotheses = translate_all(settings, column(table, 0));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!settings.output.empty()) keep(settings.output, hypotheses);
  const metrics::BleuScore bleu = metrics::corpus_bleu(
      hypotheses, references, {.tokenizer = choose_tokenizer(settings.tokenizer, references)});
  const metrics::ChrfScore chrf = metrics::corpus_chrf(hypotheses, references);
  if (json) {
    const Json figures{{"bleu", {{"score", bleu.score}, {"signature", bleu.signature}}},
                       {"chrf", {{"score", chrf.score}, {"signature", chrf.signature}}},
                       {"sentences", hypotheses.size()},
                       {"beam", settings.options.beam},
                       {"seconds", seconds}};
    apps::print(figures.dump() + "\n");
    return;
  }
  apps::print(bleu.to_string() + "  " + apps::dim(bleu.signature) + "\n");
  apps::print(chrf.name + " = " + apps::fixed(chrf.score, 2) + "  " + apps::dim(chrf.signature) + "\n");
  apps::print(std::to_string(hypotheses.size()) + " sentences in " + apps::fixed(seconds, 1) + " s, beam " +
              std::to_string(settings.options.beam) + "\n");
}

}  // namespace heed::cli
