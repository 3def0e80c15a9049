#include "tune/predictions.h"

#include <algorithm>

#include "base/json.h"
#include "metrics/calibration.h"
#include "metrics/chrf.h"
#include "text/normalise.h"
#include "train/trainer.h"

namespace heed::tune {
namespace {

constexpr size_t kTextBytes = 2000;

std::string cut(const std::string& text) {
  return text.size() <= kTextBytes ? text : text.substr(0, utf8_prefix(text, kTextBytes)) + "…";
}

// Of so many rows, those that are kept.
std::vector<size_t> kept_rows(size_t rows, const train::Recipe& recipe) {
  const size_t kept = std::min(rows, static_cast<size_t>(recipe.output.predictions));
  std::vector<size_t> numbers;
  for (size_t i = 0; i < kept; ++i) numbers.push_back(i * rows / kept);
  return numbers;
}

// The most likely label of a row of logits and its probability.
Json one_label(std::span<const float> logits, const train::Example& example, size_t head,
               const HeadConfig& about) {
  const auto classes = static_cast<int64_t>(about.labels.size());
  const auto probabilities = metrics::softmax_rows(logits, classes, about.temperature);
  const auto best = std::ranges::max_element(probabilities);
  return {{"expected", about.labels[example.labels[head].front()]},
          {"predicted", about.labels[best - probabilities.begin()]},
          {"confidence", *best}};
}

// The labels of a probability of one half or more, and the probability of exactly this set.
Json any_labels(std::span<const float> logits, const train::Example& example, size_t head,
                const HeadConfig& about) {
  Json expected = Json::array(), predicted = Json::array();
  for (const int64_t label : example.labels[head]) expected.push_back(about.labels[label]);
  const auto probabilities = metrics::sigmoid_cells(logits, about.temperature);
  double confidence = 1.0;
  for (size_t label = 0; label < probabilities.size(); ++label) {
    const double p = probabilities[label];
    if (p >= 0.5) predicted.push_back(about.labels[label]);
    confidence *= std::max(p, 1.0 - p);
  }
  return {{"expected", std::move(expected)}, {"predicted", std::move(predicted)}, {"confidence", confidence}};
}

}  // namespace

std::string label_predictions(const train::Network& network, const ModelConfig& config,
                              const train::Split& split, const train::Recipe& recipe) {
  const size_t text = split.table.column(recipe.data.text);
  std::string lines;
  for (size_t h = 0; h < config.classification_heads.size(); ++h) {
    const HeadConfig& head = config.classification_heads[h];
    const size_t labels = head.labels.size();
    const torch::Tensor logits = train::head_logits(network, split, h, recipe.train.batch_tokens);
    const std::vector<int64_t> labelled = split.labelled(h);
    for (const size_t i : kept_rows(labelled.size(), recipe)) {
      const int64_t row = labelled[i];
      const std::span<const float> scores{logits.data_ptr<float>() + i * labels, labels};
      Json line = {{"head", head.name}, {"text", cut(split.table.rows[row].fields[text])}};
      line.update((head.multi_label ? any_labels : one_label)(scores, split.examples[row], h, head));
      lines += line.dump() + "\n";
    }
  }
  return lines;
}

std::string translation_predictions(const std::vector<std::string>& translated, const train::Split& split,
                                    const train::Recipe& recipe) {
  const size_t source = split.table.column(recipe.data.source);
  const size_t target = split.table.column(recipe.data.target);
  std::string lines;
  for (const size_t row : kept_rows(split.table.rows.size(), recipe)) {
    const data::Row& texts = split.table.rows[row];
    lines += Json{{"source", cut(texts.fields[source])},
                  {"reference", cut(texts.fields[target])},
                  {"output", cut(translated[row])},
                  {"chrf", metrics::sentence_chrf(translated[row], texts.fields[target]).score}}
                 .dump() +
             "\n";
  }
  return lines;
}

}  // namespace heed::tune
