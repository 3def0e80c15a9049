#include "apps/support/rehearsal.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "search/ngram_vectors.h"
#include "search/split.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr size_t kCompared = 100;  // examples of an intent among which a title is looked for

// By intent and language.
using Texts = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

Texts by_intent(std::span<const LabelledText> examples) {
  Texts texts;
  for (const LabelledText& example : examples)
    texts[{example.intent, example.language}].push_back(example.text);
  return texts;
}

// The one with the largest cosine with the mean of all.
std::string most_typical(std::span<const std::string> texts) {
  texts = texts.first(std::min(texts.size(), kCompared));
  const search::NgramVectors ngrams(texts);
  std::vector<std::vector<float>> vectors;
  std::vector<float> sum(static_cast<size_t>(ngrams.dim()));
  for (const std::string& text : texts) {
    vectors.push_back(ngrams(text));
    std::ranges::transform(sum, vectors.back(), sum.begin(), std::plus());
  }
  size_t best = 0;
  double greatest = -1.0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const double like = std::inner_product(sum.begin(), sum.end(), vectors[i].begin(), 0.0);
    if (like > greatest) greatest = like, best = i;
  }
  return texts[best];
}

}  // namespace

std::vector<search::Passage> passages_of(std::span<const KnowledgeRow> rows) {
  std::vector<search::Passage> passages;
  for (const KnowledgeRow& row : rows) {
    std::vector<search::Passage> parts = search::split_text(row.text, row.id, {.language = row.language});
    for (search::Passage& part : parts) {
      if (parts.size() == 1) part.id = row.id;
      part.title = row.title;
      part.questions = row.questions;
      part.source = row.source;
      passages.push_back(std::move(part));
    }
  }
  return passages;
}

std::vector<WordedRow> worded_rows(std::span<const KnowledgeRow> knowledge) {
  const auto key_of = [](const std::string& text) { return normalise(text, {.lowercase = true}); };
  std::vector<WordedRow> rows;
  for (const KnowledgeRow& row : knowledge) {
    WordedRow worded{.row = row, .wordings = {}};
    worded.row.questions.clear();
    std::ranges::copy_if(row.questions, std::back_inserter(worded.wordings),
                         [&](const std::string& question) { return key_of(question) != key_of(row.title); });
    rows.push_back(std::move(worded));
  }
  return rows;
}

std::vector<WordedRow> worded_rows(const Answers& answers, std::span<const LabelledText> titles,
                                   std::span<const LabelledText> asked) {
  const Texts named = by_intent(titles), wordings = by_intent(asked);
  std::vector<WordedRow> rows;
  for (const std::string& intent : answers.intents()) {
    for (const auto& [language, texts] : answers.texts(intent)) {
      const auto own = named.find({intent, language}), others = wordings.find({intent, language});
      if (own == named.end() || others == wordings.end() || texts.empty()) continue;
      WordedRow row{.row = {.id = "intent:" + intent + ":" + language,
                            .title = most_typical(own->second),
                            .text = texts.front().text,
                            .source = "answers",
                            .language = language},
                    .wordings = others->second};
      std::erase(row.wordings, row.row.title);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

Rehearsal rehearse(std::vector<WordedRow> rows, size_t most, uint64_t seed) {
  Rehearsal rehearsal;
  // Of each language every second one.
  std::ranges::stable_sort(rows, {}, [](const WordedRow& row) { return row.row.language; });
  std::vector<KnowledgeRow> present;
  bool is_left_out = true;
  for (const WordedRow& row : rows) {
    if (!row.wordings.empty()) is_left_out = !is_left_out;
    const bool known = row.wordings.empty() || !is_left_out;
    if (known) present.push_back(row.row);
    for (const std::string& wording : row.wordings)
      rehearsal.questions.push_back(
          {.text = wording, .language = row.row.language, .passage = known ? row.row.id : ""});
  }
  Random random(seed);
  random.shuffle(rehearsal.questions);
  if (rehearsal.questions.size() > most) rehearsal.questions.resize(most);
  rehearsal.passages = passages_of(present);
  return rehearsal;
}

}  // namespace heed::apps::support
