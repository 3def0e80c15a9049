#include <algorithm>
#include <chrono>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/evaluation.h"
#include "data/table.h"
#include "infer/translation_loss.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/significance.h"
#include "text/normalise.h"

namespace heed::cli {
namespace {

constexpr size_t kWarmLines = 8;

std::vector<std::string> column(const data::Table& table, size_t number) {
  std::vector<std::string> texts;
  for (const data::Row& row : table.rows) texts.push_back(row.fields[number]);
  return texts;
}

struct TranslationSet {
  std::vector<std::string> sources, references;
};

TranslationSet read_set(const EvaluateTranslation& settings) {
  const data::Table table =
      data::read_aligned({settings.source, settings.reference}, {"source", "reference"});
  return {column(table, 0), column(table, 1)};
}

struct Hypotheses {
  std::vector<std::string> lines;
  double seconds = 0;
};

Hypotheses translate_all(const infer::Translator& translator, std::span<const std::string> sources,
                         const infer::TranslateOptions& options) {
  Hypotheses hypotheses;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& result : translator.translate(sources, options)) {
    hypotheses.lines.push_back(result.best.empty() ? "" : result.best[0].text);
  }
  hypotheses.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return hypotheses;
}

metrics::BleuTokenizer choose_tokenizer(const std::string& name, const std::vector<std::string>& references) {
  if (name != "auto") return metrics::parse_bleu_tokenizer(name);
  size_t chinese = 0;
  for (const std::string& line : references) chinese += dominant_script(line) == "Han";
  return metrics::parse_bleu_tokenizer(chinese * 2 > references.size() ? "zh" : "13a");
}

metrics::BleuOptions bleu_options(const TranslationSet& set, const EvaluateTranslation& settings) {
  return {.tokenizer = choose_tokenizer(settings.tokenizer, set.references)};
}

std::vector<size_t> all_rows(size_t count) {
  std::vector<size_t> rows(count);
  std::iota(rows.begin(), rows.end(), size_t{0});
  return rows;
}

void keep(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write_file_atomically(path, text);
}

}  // namespace

void evaluate_translation(const EvaluateTranslation& settings, bool json) {
  if (!settings.output.empty()) check_can_write(settings.output);
  const TranslationSet set = read_set(settings);
  const Hypotheses hypotheses =
      translate_all(infer::Translator(open_model(settings.model)), set.sources, settings.options);
  if (!settings.output.empty()) keep(settings.output, hypotheses.lines);
  const metrics::BleuScore bleu =
      metrics::corpus_bleu(hypotheses.lines, set.references, bleu_options(set, settings));
  const metrics::ChrfScore chrf = metrics::corpus_chrf(hypotheses.lines, set.references);
  if (json) {
    const Json figures{{"bleu", {{"score", bleu.score}, {"signature", bleu.signature}}},
                       {"chrf", {{"score", chrf.score}, {"signature", chrf.signature}}},
                       {"sentences", set.sources.size()},
                       {"beam", settings.options.beam},
                       {"seconds", hypotheses.seconds}};
    apps::print(figures.dump() + "\n");
    return;
  }
  apps::print(bleu.to_string() + "  " + apps::dim(bleu.signature) + "\n");
  apps::print(chrf.name + " = " + apps::fixed(chrf.score, 2) + "  " + apps::dim(chrf.signature) + "\n");
  apps::print(std::to_string(set.sources.size()) + " sentences in " + apps::fixed(hypotheses.seconds, 1) +
              " s, beam " + std::to_string(settings.options.beam) + "\n");
}

Measure measure_translation(const EvaluateTranslation& settings) {
  return [settings, set = read_set(settings)](const ModelDirectory& model) {
    const infer::Translator translator(model);
    const std::span<const std::string> sources = set.sources;
    translate_all(translator, sources.first(std::min(kWarmLines, sources.size())), settings.options);
    const Hypotheses hypotheses = translate_all(translator, sources, settings.options);
    const metrics::BleuOptions options = bleu_options(set, settings);
    const auto lines = metrics::bleu_statistics_by_line(hypotheses.lines, set.references, options);
    const auto bleu = [lines, options](std::span<const size_t> rows) {
      return metrics::bleu_of_rows(lines, options)(rows);
    };
    const metrics::ChrfScore chrf = metrics::corpus_chrf(hypotheses.lines, set.references);
    const double loss = infer::translation_loss(model, translator, set.sources, set.references);
    return Measured{.figures = {{"bleu", "BLEU", Figure::Kind::score, bleu(all_rows(lines.size()))},
                                {"chrf", chrf.name, Figure::Kind::score, chrf.score},
                                {"loss", "loss a token", Figure::Kind::loss, loss}},
                    .first = bleu,
                    .rows = set.sources.size(),
                    .seconds = hypotheses.seconds};
  };
}

}  // namespace heed::cli
