#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "train/labels.h"
#include "train/pair_figures.h"
#include "train/rank_figures.h"
#include "train/span_figures.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

using Figures = std::map<std::string, double>;

// logits [R, L] of these rows
Figures single_label_metrics(const torch::Tensor& logits, const Split& split,
                             const std::vector<int64_t>& rows, size_t head, const HeadConfig& config) {
  const std::vector<int32_t> truth = single_labels(split.examples, rows, head);
  const auto classes = static_cast<int64_t>(config.labels.size());
  const auto predicted = metrics::highest_classes(floats(logits), classes);
  const auto matrix = metrics::confusion_matrix(truth, predicted, classes);
  const auto probabilities = metrics::softmax_rows(floats(logits), classes, config.temperature);
  return {{"accuracy", metrics::accuracy(matrix)},
          {"macro_f1", metrics::macro_f1(matrix)},
          {"calibration_error", metrics::expected_calibration_error(probabilities, truth, classes)}};
}

Figures multi_label_metrics(const torch::Tensor& logits, const Split& split, const std::vector<int64_t>& rows,
                            size_t head, const HeadConfig& config) {
  const size_t labels = config.labels.size();
  const std::vector<uint8_t> truth = label_cells(split.examples, rows, head, labels);
  std::vector<uint8_t> predicted(truth.size());
  const auto scores = floats(logits);
  for (size_t i = 0; i < predicted.size(); ++i) predicted[i] = scores[i] > 0.0F ? 1 : 0;
  const auto result = metrics::multi_label_scores(truth, predicted, static_cast<int64_t>(labels));
  return {{"accuracy", result.exact_match}, {"macro_f1", result.macro_f1}, {"micro_f1", result.micro_f1}};
}

void add(const std::string& prefix, const Figures& figures, Figures& values) {
  for (const auto& [name, value] : figures) values[prefix + name] = value;
}

// The figures of a head whose labels stand in several sets, set by set: logits [R, L] of these rows.
void add_set_figures(const torch::Tensor& logits, const Split& split, const std::vector<int64_t>& rows,
                     const ModelConfig& config, size_t head, const std::vector<std::string>& sets,
                     Figures& values) {
  const HeadConfig& about = config.classification_heads[head];
  std::map<int32_t, std::vector<int64_t>> places;  // of rows, by set
  for (size_t i = 0; i < rows.size(); ++i)
    places[split.examples[rows[i]].set].push_back(static_cast<int64_t>(i));
  if (places.size() < 2) return;
  for (const auto& [set, own] : places) {
    std::vector<int64_t> own_rows;
    for (const int64_t place : own) own_rows.push_back(rows[place]);
    const torch::Tensor part = logits.index_select(0, torch::tensor(own, torch::kInt64)).contiguous();
    add(sets[set] + "/" + about.name + "/",
        (about.multi_label ? multi_label_metrics : single_label_metrics)(part, split, own_rows, head, about),
        values);
  }
}

// The first head decides what recipes call by bare names.
void add_head_figures(const torch::Tensor& logits, const Split& split, const ModelConfig& config, size_t head,
                      const std::vector<std::string>& sets, Figures& values) {
  const std::vector<int64_t> rows = split.labelled(head);
  if (rows.empty()) return;
  const HeadConfig& about = config.classification_heads[head];
  const Figures figures =
      (about.multi_label ? multi_label_metrics : single_label_metrics)(logits, split, rows, head, about);
  if (head == 0) add("", figures, values);
  if (config.classification_heads.size() > 1) add(about.name + "/", figures, values);
  if (!sets.empty()) add_set_figures(logits, split, rows, config, head, sets, values);
}

// Logits whose probabilities these are.
torch::Tensor to_logits(const torch::Tensor& probabilities, bool multi_label) {
  constexpr double kLeast = 1e-7;
  return multi_label ? torch::logit(probabilities, kLeast) : torch::log(probabilities.clamp_min(kLeast));
}

}  // namespace

std::vector<torch::Tensor> head_votes(const Network& network, const Split& split, size_t head,
                                      int64_t batch_tokens) {
  const torch::NoGradGuard no_grad;
  std::vector<std::vector<torch::Tensor>> parts;  // a branch
  for (const auto& numbers : batches_in_order(split.examples, batch_tokens)) {
    const Batch batch = make_batch(split.examples, numbers, network.config());
    if (batch.head_labels[head].size(0) == 0) continue;
    DropoutPlan none;
    const auto votes =
        labelled_rows(network.heads()[head].votes(network.encode(batch.source, none), batch.source, none),
                      batch.head_rows[head]);
    parts.resize(votes.size());
    for (size_t v = 0; v < votes.size(); ++v) parts[v].push_back(votes[v]);
  }
  std::vector<torch::Tensor> whole;
  for (const auto& branch : parts) whole.push_back(torch::cat(branch).contiguous());
  return whole;
}

torch::Tensor head_logits(const Network& network, const Split& split, size_t head, int64_t batch_tokens) {
  const auto votes = head_votes(network, split, head, batch_tokens);
  return votes.empty() ? torch::empty({0}) : sum_votes(votes).contiguous();
}

std::map<std::string, double> evaluate(const Network& network, const Split& split, int64_t batch_tokens,
                                       const std::vector<std::string>& sets) {
  const torch::NoGradGuard no_grad;
  const ModelConfig& config = network.config();
  double nll = 0.0;
  int64_t units = 0, correct = 0;
  for (const auto& numbers : batches_in_order(split.examples, batch_tokens)) {
    const Loss loss = network.loss(make_batch(split.examples, numbers, config), {}, {});
    nll += loss.negative_log_likelihood;
    units += loss.units;
    correct += loss.correct;
  }
  std::map<std::string, double> values{{"loss", nll / static_cast<double>(units)}};
  if (config.sequence) {
    values["loss"] = nll / static_cast<double>(std::max<int64_t>(1, units));
    add("", rank_figures(network, split, batch_tokens), values);
    return values;
  }
  if (config.decodes()) {
    values["perplexity"] = std::exp(values["loss"]);
    values["token_accuracy"] = static_cast<double>(correct) / static_cast<double>(units);
    return values;
  }
  for (size_t head = 0; head < config.classification_heads.size(); ++head)
    add_head_figures(head_logits(network, split, head, batch_tokens), split, config, head, sets, values);
  const bool labels = !config.classification_heads.empty();
  const auto add_other = [&](const std::string& name, const Figures& figures, bool first) {
    if (first) add("", figures, values);
    add(name + "/", figures, values);
  };
  if (config.matching)
    add_other(config.matching->name,
              pair_figures(score_pairs(network, split, batch_tokens), *config.matching), !labels);
  if (config.tagging)
    add_other(config.tagging->name, span_figures(network, split, batch_tokens), !labels && !config.matching);
  return values;
}

std::map<std::string, double> teacher_figures(const Split& split, const ModelConfig& config) {
  if (split.examples.empty() || split.examples[0].soft_labels.empty()) return {};
  std::vector<int64_t> rows(split.examples.size());
  std::iota(rows.begin(), rows.end(), 0);
  const Batch batch = make_batch(split.examples, rows, config);
  ModelConfig calibrated = config;  // the teachers' own temperatures are in their probabilities
  std::map<std::string, double> values, named;
  double loss = 0.0;
  int64_t units = 0;
  for (size_t head = 0; head < config.classification_heads.size(); ++head) {
    HeadConfig& about = calibrated.classification_heads[head];
    about.temperature = 1.0;
    const torch::Tensor& labels = batch.head_labels[head];
    if (labels.size(0) == 0) continue;
    const torch::Tensor logits = to_logits(batch.head_soft_labels[head], about.multi_label);
    units += labels.size(0);
    loss += static_cast<double>(labels.size(0)) *
            (about.multi_label ? torch::binary_cross_entropy_with_logits(logits, labels)
                               : class_loss(logits, labels, {}))
                .item<double>();
    add_head_figures(logits, split, calibrated, head, {}, values);
  }
  values["loss"] = loss / static_cast<double>(units);
  for (const auto& [name, value] : values) named["teachers/" + name] = value;
  return named;
}

}  // namespace heed::train
