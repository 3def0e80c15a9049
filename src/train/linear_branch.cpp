#include "train/linear_branch.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>

#include <linear.h>

#include "base/random.h"
#include "metrics/temperature.h"
#include "train/class_weights.h"

namespace heed::train {
namespace {

constexpr int64_t kFolds = 5;
constexpr double kTolerance = 0.01;
const double kScale = std::sqrt(2.0) / kTextLength;  // to the length that the cost is given for

// One example as LIBLINEAR reads it: indices from 1, the constant feature, an end mark.
using Nodes = std::vector<feature_node>;

Nodes nodes_of(const NgramRows& text, int64_t buckets) {
  Nodes nodes;
  nodes.reserve(text.buckets.size() + 2);
  for (size_t i = 0; i < text.buckets.size(); ++i)
    nodes.push_back({static_cast<int>(text.buckets[i]) + 1, text.values[i] * kScale});
  nodes.push_back({static_cast<int>(buckets) + 1, 1.0});
  nodes.push_back({-1, 0.0});
  return nodes;
}

struct Machine {
  std::vector<double> weights;  // [(buckets + 1), L]: the last row is the bias

  double decision(const Nodes& text, size_t label, size_t labels) const {
    double sum = 0.0;
    for (const feature_node& node : text) {
      if (node.index > 0) sum += node.value * weights[static_cast<size_t>(node.index - 1) * labels + label];
    }
    return sum;
  }
};

class Fitting {
 public:
  Fitting(const std::vector<Example>& examples, size_t head, const HeadConfig& config, int64_t buckets,
          const LinearBranchOptions& options)
      : examples_(examples),
        head_(head),
        labels_(config.labels.size()),
        buckets_(buckets),
        options_(options) {
    ::set_print_string_function([](const char*) {});
    for (const Example& example : examples) texts_.push_back(nodes_of(example.text_ngrams, buckets));
    if (options.balanced && !config.multi_label) {
      const torch::Tensor weights = balanced_class_weights(examples, head, static_cast<int64_t>(labels_));
      own_weight_.assign(weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel());
    } else {
      own_weight_.assign(labels_, 1.0);
    }
  }

  bool has(size_t text, size_t label) const {
    const auto& own = examples_[text].labels[head_];
    return std::find(own.begin(), own.end(), static_cast<int64_t>(label)) != own.end();
  }

  // Learned from `rows` of the examples, which may be read but are not changed.
  Machine fit(const std::vector<size_t>& rows) {
    Machine machine{std::vector<double>(static_cast<size_t>(buckets_ + 1) * labels_)};
    for (size_t label = 0; label < labels_; ++label) fit_label(rows, label, machine);
    return machine;
  }

  const Nodes& text(size_t row) const { return texts_[row]; }

 private:
  void fit_label(const std::vector<size_t>& rows, size_t label, Machine& machine) {
    std::vector<feature_node*> x;
    std::vector<double> y;
    for (const size_t row : rows) {
      x.push_back(texts_[row].data());
      y.push_back(has(row, label) ? 1.0 : -1.0);
    }
    const bool all_alike = std::adjacent_find(y.begin(), y.end(), std::not_equal_to<>()) == y.end();
    if (all_alike) {  // nothing to tell apart: the bias alone says so
      machine.weights[static_cast<size_t>(buckets_) * labels_ + label] = y.front();
      return;
    }
    const problem data{.l = static_cast<int>(x.size()),
                       .n = static_cast<int>(buckets_) + 1,
                       .y = y.data(),
                       .x = x.data(),
                       .bias = 1.0};
    int positive = 1;
    parameter settings{.solver_type = L2R_L2LOSS_SVC_DUAL,
                       .eps = kTolerance,
                       .C = options_.cost,
                       .nr_weight = 1,
                       .weight_label = &positive,
                       .weight = &own_weight_[label],
                       .p = 0.1,
                       .init_sol = nullptr};
    std::srand(1);  // LIBLINEAR visits texts in the order of rand()
    const std::unique_ptr<::model, void (*)(::model*)> fitted(
        ::train(&data, &settings), [](::model* one) { ::free_and_destroy_model(&one); });
    const double sign = fitted->label[0] == 1 ? 1.0 : -1.0;
    for (int64_t feature = 0; feature <= buckets_; ++feature)
      machine.weights[static_cast<size_t>(feature) * labels_ + label] = sign * fitted->w[feature];
  }

  const std::vector<Example>& examples_;
  size_t head_;
  size_t labels_;
  int64_t buckets_;
  LinearBranchOptions options_;
  std::vector<Nodes> texts_;
  std::vector<double> own_weight_;  // a label
};

// The fold of each text: a label's texts are spread evenly.
std::vector<int64_t> folds_of(const std::vector<Example>& examples, size_t head, uint64_t seed) {
  std::vector<size_t> order(examples.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(mix64(seed));
  random.shuffle(order);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return examples[a].labels[head] < examples[b].labels[head]; });
  std::vector<int64_t> folds(examples.size());
  for (size_t i = 0; i < order.size(); ++i) folds[order[i]] = static_cast<int64_t>(i) % kFolds;
  return folds;
}

double temperature_of(const std::vector<float>& decisions, const std::vector<Example>& examples, size_t head,
                      const HeadConfig& config) {
  const size_t labels = config.labels.size();
  if (config.multi_label) {
    std::vector<uint8_t> targets(decisions.size());
    for (size_t i = 0; i < examples.size(); ++i) {
      for (const int64_t label : examples[i].labels[head])
        targets[i * labels + static_cast<size_t>(label)] = 1;
    }
    return metrics::fit_sigmoid_temperature(decisions, targets);
  }
  std::vector<int32_t> targets;
  for (const Example& example : examples)
    targets.push_back(static_cast<int32_t>(example.labels[head].front()));
  return metrics::fit_temperature(decisions, targets, static_cast<int64_t>(labels));
}

}  // namespace

LinearBranch fit_linear_branch(const std::vector<Example>& examples, size_t head, const HeadConfig& config,
                               int64_t buckets, const LinearBranchOptions& options) {
  const size_t labels = config.labels.size();
  Fitting fitting(examples, head, config, buckets, options);
  const std::vector<int64_t> folds = folds_of(examples, head, options.seed);
  std::vector<float> decisions(examples.size() * labels);
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    std::vector<size_t> rows;
    for (size_t i = 0; i < folds.size(); ++i) {
      if (folds[i] != fold) rows.push_back(i);
    }
    if (rows.empty()) continue;
    const Machine machine = fitting.fit(rows);
    for (size_t i = 0; i < folds.size(); ++i) {
      if (folds[i] != fold) continue;
      for (size_t label = 0; label < labels; ++label)
        decisions[i * labels + label] = static_cast<float>(machine.decision(fitting.text(i), label, labels));
    }
  }
  const double temperature = temperature_of(decisions, examples, head, config);
  std::vector<size_t> all(examples.size());
  std::iota(all.begin(), all.end(), 0);
  const Machine machine = fitting.fit(all);
  const auto shape = std::vector<int64_t>{buckets + 1, static_cast<int64_t>(labels)};
  const torch::Tensor weights = torch::tensor(machine.weights, torch::kFloat64).reshape(shape) / temperature;
  LinearBranch branch{
      .weights = {.weight = (weights.narrow(0, 0, buckets) * kScale).to(torch::kFloat32).contiguous(),
                  .bias = weights[buckets].to(torch::kFloat32).contiguous()},
      .votes = {}};
  for (auto row = decisions.begin(); row != decisions.end(); row += static_cast<int64_t>(labels)) {
    branch.votes.emplace_back(row, row + static_cast<int64_t>(labels));
    for (float& vote : branch.votes.back()) vote = static_cast<float>(vote / temperature);
  }
  return branch;
}

void fit_linear_branches(const Recipe& recipe, Corpus& corpus) {
  if (recipe.train.linear_branch != "svm") return;
  corpus.linear.clear();
  for (Example& example : corpus.train.examples) example.linear_votes.clear();
  for (size_t h = 0; h < recipe.heads.size(); ++h) {
    const HeadConfig& head = corpus.config.classification_heads[h];
    const std::vector<int64_t> rows = corpus.train.labelled(h);
    std::vector<Example> labelled;
    for (const int64_t row : rows) {
      const Example& example = corpus.train.examples[row];
      Example& one = labelled.emplace_back();
      one.labels = example.labels;
      one.text_ngrams = example.text_ngrams;
    }
    LinearBranch branch = fit_linear_branch(labelled, h, head, corpus.config.ngrams.buckets,
                                            {.cost = recipe.train.svm_cost,
                                             .balanced = recipe.train.class_weights == "balanced",
                                             .seed = static_cast<uint64_t>(recipe.train.seed)});
    for (Example& example : corpus.train.examples) example.linear_votes.emplace_back(head.labels.size());
    for (size_t i = 0; i < rows.size(); ++i)
      corpus.train.examples[rows[i]].linear_votes[h] = std::move(branch.votes[i]);
    corpus.linear.push_back(std::move(branch.weights));
  }
}

}  // namespace heed::train
