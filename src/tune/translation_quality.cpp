#include "tune/translation_quality.h"

#include <algorithm>

#include "infer/translator.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "train/export.h"

namespace heed::tune {
namespace {

std::vector<std::string> column(const data::Table& table, const std::string& name, size_t rows) {
  const size_t index = table.column(name);
  std::vector<std::string> texts;
  for (size_t i = 0; i < rows; ++i) texts.push_back(table.rows[i].fields[index]);
  return texts;
}

}  // namespace

std::vector<std::string> translations(const train::Network& network, const train::Corpus& corpus,
                                      const train::Split& split, const train::Recipe& recipe, int64_t rows,
                                      const std::filesystem::path& folder) {
  const auto candidate = folder / "candidate";
  std::filesystem::remove_all(candidate);
  write_model(candidate, train::model_contents(network, corpus.config, corpus));
  std::vector<std::string> hypotheses;
  const size_t count = rows > 0 ? std::min<size_t>(rows, split.table.rows.size()) : split.table.rows.size();
  {
    const infer::Translator translator(open_model(candidate));
    const infer::TranslateOptions options{.beam = recipe.eval.beam,
                                          .length_penalty = recipe.eval.length_penalty};
    for (auto& result : translator.translate(column(split.table, recipe.data.source, count), options)) {
      hypotheses.push_back(result.best.front().text);
    }
  }
  std::filesystem::remove_all(candidate);
  return hypotheses;
}

std::map<std::string, double> translation_quality(const std::vector<std::string>& hypotheses,
                                                  const train::Split& split, const train::Recipe& recipe) {
  const auto references = column(split.table, recipe.data.target, hypotheses.size());
  const metrics::BleuOptions bleu{.tokenizer = metrics::parse_bleu_tokenizer(recipe.eval.tokenizer)};
  return {{"bleu", metrics::corpus_bleu(hypotheses, references, bleu).score},
          {"chrf", metrics::corpus_chrf(hypotheses, references).score}};
}

}  // namespace heed::tune
