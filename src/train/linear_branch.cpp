#include "train/linear_branch.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <memory>

#include <linear.h>

#include "text/pair_ngrams.h"
#include "train/class_weights.h"
#include "train/folds.h"
#include "train/labels.h"

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
  size_t labels;
  std::vector<double> weights;  // [(buckets + 1), L]: the last row is the bias

  // What it says of a text: decision [L].
  void decide(const Nodes& text, float* decision) const {
    for (size_t label = 0; label < labels; ++label) {
      double sum = 0.0;
      for (const feature_node& node : text) {
        if (node.index > 0) sum += node.value * weights[static_cast<size_t>(node.index - 1) * labels + label];
      }
      decision[label] = static_cast<float>(sum);
    }
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
    for (size_t i = 0; i < examples.size(); ++i) {
      const bool labelled = examples[i].labelled(head);
      if (labelled) rows_.push_back(static_cast<int64_t>(i));
      texts_.push_back(labelled ? nodes_of(examples[i].text_ngrams, buckets) : Nodes());
    }
    if (options.balanced && !config.multi_label) {
      const torch::Tensor weights = balanced_class_weights(examples, head, static_cast<int64_t>(labels_));
      own_weight_.assign(weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel());
    } else {
      own_weight_.assign(labels_, 1.0);
    }
  }

  // The examples that have labels of the head.
  const std::vector<int64_t>& rows() const { return rows_; }
  const Nodes& text(int64_t row) const { return texts_[row]; }

  // Learned from some of these.
  Machine fit(const std::vector<int64_t>& rows) {
    Machine machine{.labels = labels_,
                    .weights = std::vector<double>(static_cast<size_t>(buckets_ + 1) * labels_)};
    for (size_t label = 0; label < labels_; ++label) fit_label(rows, label, machine);
    return machine;
  }

 private:
  bool has(int64_t row, size_t label) const {
    const auto& own = examples_[row].labels[head_];
    return std::find(own.begin(), own.end(), static_cast<int64_t>(label)) != own.end();
  }

  void fit_label(const std::vector<int64_t>& rows, size_t label, Machine& machine) {
    std::vector<feature_node*> x;
    std::vector<double> y;
    for (const int64_t row : rows) {
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
  std::vector<int64_t> rows_;
  std::vector<Nodes> texts_;        // an example; empty where it has no labels of the head
  std::vector<double> own_weight_;  // a label
};

std::vector<int64_t> without_fold(const std::vector<int64_t>& rows, const std::vector<int64_t>& folds,
                                  int64_t fold) {
  std::vector<int64_t> others;
  for (const int64_t row : rows) {
    if (folds[row] != fold) others.push_back(row);
  }
  return others;
}

LinearBranch fit_head(const Recipe& recipe, const Corpus& corpus, const std::vector<Example>& examples,
                      size_t head) {
  return fit_linear_branch(examples, head, corpus.config.classification_heads[head],
                           corpus.config.ngrams.buckets,
                           {.cost = recipe.train.svm_cost,
                            .balanced = recipe.train.class_weights == "balanced",
                            .seed = static_cast<uint64_t>(recipe.train.seed)});
}

}  // namespace

LinearBranch fit_linear_branch(const std::vector<Example>& examples, size_t head, const HeadConfig& config,
                               int64_t buckets, const LinearBranchOptions& options) {
  const auto labels = static_cast<int64_t>(config.labels.size());
  Fitting fitting(examples, head, config, buckets, options);
  const std::vector<int64_t> folds = stratified_folds(examples, kFolds, options.seed);
  const std::vector<int64_t>& rows = fitting.rows();
  const torch::Tensor decisions = torch::zeros({static_cast<int64_t>(rows.size()), labels});
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    const std::vector<int64_t> others = without_fold(rows, folds, fold);
    if (others.empty() || others.size() == rows.size()) continue;  // nobody to learn from, or to judge
    const Machine machine = fitting.fit(others);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (folds[rows[i]] == fold)
        machine.decide(fitting.text(rows[i]), decisions.data_ptr<float>() + i * labels);
    }
  }
  const double temperature = fit_temperature(decisions, examples, rows, head, config);
  const torch::Tensor weights =
      torch::tensor(fitting.fit(rows).weights, torch::kFloat64).reshape({buckets + 1, labels}) / temperature;
  LinearBranch branch{
      .weights = {.weight = (weights.narrow(0, 0, buckets) * kScale).to(torch::kFloat32).contiguous(),
                  .bias = weights[buckets].to(torch::kFloat32).contiguous()},
      .votes = std::vector<std::vector<float>>(examples.size(), std::vector<float>(config.labels.size()))};
  for (size_t i = 0; i < rows.size(); ++i) {
    const float* const decision = decisions.data_ptr<float>() + i * labels;
    std::transform(decision, decision + labels, branch.votes[rows[i]].begin(),
                   [&](float value) { return static_cast<float>(value / temperature); });
  }
  return branch;
}

namespace {

// Pairs as examples of two labels, that the texts mean something else and that they mean the same. The table
// of a matching head has no bias: the network's own does for both.
void fit_pair_branch(const Recipe& recipe, Corpus& corpus) {
  const int64_t buckets = corpus.config.ngrams.buckets;
  std::vector<Example> pairs;
  std::vector<Example*> owners;
  for (Example& example : corpus.train.examples) {
    if (example.other.empty() || !example.same) continue;
    pairs.emplace_back();
    pairs.back().source = example.source;  // pairs of one text stay in one fold
    pairs.back().text_ngrams = pair_ngrams(example.text_ngrams, example.other[0].text_ngrams, buckets);
    pairs.back().labels = {{*example.same ? 1 : 0}};
    owners.push_back(&example);
  }
  if (pairs.empty()) return;
  const LinearBranch branch = fit_linear_branch(
      pairs, 0, {.name = corpus.config.matching->name, .labels = {"other", "same"}}, 2 * buckets,
      {.cost = recipe.train.svm_cost,
       .balanced = recipe.train.class_weights == "balanced",
       .seed = static_cast<uint64_t>(recipe.train.seed)});
  const auto same_over_other = [](const torch::Tensor& of_labels) {
    return of_labels.select(-1, 1) - of_labels.select(-1, 0);
  };
  corpus.pair_linear = same_over_other(branch.weights.weight).unsqueeze(1).contiguous();
  const auto bias = same_over_other(branch.weights.bias).item<float>();
  for (size_t i = 0; i < owners.size(); ++i)
    owners[i]->pair_vote = branch.votes[i][1] - branch.votes[i][0] - bias;
}

}  // namespace

void fit_linear_branches(const Recipe& recipe, Corpus& corpus) {
  if (recipe.train.linear_branch != "svm") return;
  if (corpus.config.matching) fit_pair_branch(recipe, corpus);
  corpus.linear.clear();
  for (Example& example : corpus.train.examples) example.linear_votes.clear();
  for (size_t h = 0; h < corpus.config.classification_heads.size(); ++h) {
    LinearBranch branch = fit_head(recipe, corpus, corpus.train.examples, h);
    for (size_t i = 0; i < branch.votes.size(); ++i)
      corpus.train.examples[i].linear_votes.push_back(std::move(branch.votes[i]));
    corpus.linear.push_back(std::move(branch.weights));
  }
}

std::vector<LinearWeights> refit_linear_branches(const Recipe& recipe, const Corpus& corpus) {
  std::vector<Example> examples = corpus.train.examples;
  examples.insert(examples.end(), corpus.valid.examples.begin(), corpus.valid.examples.end());
  std::vector<LinearWeights> branches;
  for (size_t h = 0; h < corpus.config.classification_heads.size(); ++h)
    branches.push_back(fit_head(recipe, corpus, examples, h).weights);
  return branches;
}

}  // namespace heed::train
