#include "tune/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/version.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "infer/classifier.h"
#include "infer/translator.h"
#include "metrics/vote_weights.h"
#include "train/export.h"
#include "train/folds.h"
#include "train/labels.h"
#include "train/linear_branch.h"
#include "train/pair_figures.h"
#include "train/products.h"
#include "train/start_weights.h"
#include "tune/back_translation.h"
#include "tune/card.h"
#include "tune/distillation.h"
#include "tune/ensemble.h"
#include "tune/kept_answers.h"
#include "tune/predictions.h"
#include "tune/translation_quality.h"

namespace heed::tune {
namespace {

std::string resolved(train::Recipe recipe) { return train::recipe_settings(recipe).to_toml(); }

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

// Throws what would keep the recipe's teachers from teaching.
void check_teaching(const train::Recipe& recipe, const train::Corpus& corpus) {
  open_teachers(recipe, corpus.config);
  if (recipe.train.ensemble == 0) return;
  const auto folds = train::stratified_folds(corpus.train.examples, recipe.train.ensemble, recipe.train.seed);
  const int64_t used = 1 + *std::ranges::max_element(folds);
  if (used < recipe.train.ensemble) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("'train.ensemble': expected at most as many as there are different training texts ({}), "
                    "found {}",
                    used, recipe.train.ensemble));
  }
}

}  // namespace

uint64_t corpus_fingerprint(const train::Corpus& corpus) {
  uint64_t hash = 0;
  const auto add = [&hash](uint64_t value) { hash = mix64(hash ^ value); };
  for (const train::Split* split : {&corpus.train, &corpus.valid, &corpus.unlabelled, &corpus.pretrain}) {
    if (split->examples.empty()) continue;  // of a phase that this run has not
    add(split->examples.size());
    for (const train::Example& example : split->examples) {
      for (const int32_t id : example.source) add(id);
      add(~0ULL);
      for (const int32_t id : example.target) add(id);
      for (const auto& labels : example.labels) {
        for (const int64_t label : labels) add(label);
      }
      for (const train::Example& other : example.other) {
        for (const int32_t id : other.source) add(id);
        add(~0ULL - (example.same.value_or(true) ? 1 : 0));
      }
      for (const int32_t kind : example.kinds) add(kind);
      for (const int32_t gap : example.gaps) add(gap);
      for (const int64_t tag : example.tags.value_or(std::vector<int64_t>())) add(tag);
    }
  }
  for (const int32_t bucket : corpus.item_ngrams.buckets) add(bucket);
  return hash;
}

Model::Model(train::Recipe recipe, FitOptions options)
    : recipe_(std::move(recipe)),
      options_(std::move(options)),
      run_(std::make_unique<RunFolder>(recipe_, resolved(recipe_), options_.start)),
      corpus_(options_.corpus != nullptr ? *options_.corpus : load_corpus()),
      network_(corpus_.config, static_cast<uint64_t>(recipe_.train.seed)),
      config_(corpus_.config) {
  if (options_.start != Start::resume || !answers_are_kept(run_->path())) check_teaching(recipe_, corpus_);
  run_->begin();
  const bool begun = run_->has_checkpoint();
  const std::string& start_from = recipe_.train.start_from;
  // A later round of self-training begins with these weights too.
  if (!start_from.empty() && (!begun || recipe_.train.self_training > 0))
    train::take_weights(open_model(start_from), corpus_.config, network_.parameters());
  const bool resumes = run_->has_environment();
  if (recipe_.train.precision == "auto")
    recipe_.train.precision = resumes ? run_->precision() : to_string(train::fastest_precision());
  if (resumes) {
    run_->check_corpus(corpus_fingerprint(corpus_));
    return;
  }
  run_->keep_tokenizers(train::tokenizer_files(corpus_));
  if (!recipe_.data.back_translation.empty()) run_->keep_back_translation(back_translated_);
  run_->keep_environment({{"corpus", std::to_string(corpus_fingerprint(corpus_))},
                          {"command", options_.command},
                          {"cpu", cpu_name()},
                          {"parameters", network_.parameters().count()},
                          {"threads", recipe_.train.threads},
                          {"precision", recipe_.train.precision},
                          {"libtorch", TORCH_VERSION}});
}

Model::~Model() = default;

train::Corpus Model::load_corpus() {
  std::map<std::string, std::string> tokenizers = run_->tokenizers();
  if (tokenizers.empty() && !recipe_.train.start_from.empty())
    tokenizers = train::tokenizers_of(open_model(recipe_.train.start_from));
  if (recipe_.data.back_translation.empty()) return train::load_corpus(recipe_, tokenizers);
  return train::load_corpus(recipe_, tokenizers, [this](const auto& held_out) {
    const auto kept = run_->back_translation();
    back_translated_ =
        kept.empty() ? back_translate(recipe_, held_out, options_.quiet) : data::read_table(kept);
    return back_translated_;
  });
}

train::History Model::fit() {
  train::ProgressBar progress(options_.quiet, options_.title);
  at::set_num_threads(
      1);  // as in Trainer::fit, so that what rounds label has the same bits after a resumption
  if (recipe_.pretrain.epochs > 0 && !pretrain(progress)) return history_;
  if (!learn_from_teachers(progress)) return history_;
  std::optional<train::Parameters> start;
  if (recipe_.train.self_training > 0) start = network_.parameters().copy();
  for (int64_t round = 0; round <= recipe_.train.self_training; ++round) {
    if (round > 0) {
      label_more(progress);
      network_.parameters().assign(*start);
      network_.set_temperatures(corpus_.config);
    }
    if (!fit_round(round, progress)) return history_;
  }
  keep_best_round(progress);
  judge();
  finished_ = true;
  return history_;
}

train::Callbacks Model::callbacks() {
  train::Callbacks callbacks;
  callbacks.stop_requested = options_.stop_requested;
  callbacks.snapshot = [this](const train::Network& network, double minutes) { snapshot(network, minutes); };
  if (recipe_.train.metric == "bleu" || recipe_.train.metric == "chrf") {
    callbacks.validate = [this](const train::Network& network) {
      return translation_quality(translate(network, corpus_.valid, recipe_.eval.valid_rows), corpus_.valid,
                                 recipe_);
    };
  }
  return callbacks;
}

bool Model::learn_from_teachers(train::ProgressBar& progress) {
  if (!recipe_.taught()) return true;
  const Asking asking{.threads = thread_count(recipe_.train.threads),
                      .stop_requested = options_.stop_requested};
  const auto ask = [&] {
    if (recipe_.train.ensemble > 0) return train_ensemble(recipe_, corpus_, options_, progress);
    return Teaching{.teachers = open_teachers(recipe_, corpus_.config)};
  };
  return distil(recipe_, ask, asking, run_->path(), progress, corpus_);
}

// On validation: how much each branch of a head counts, then the temperature of their sum.
void Model::calibrate() {
  linear_factors_.assign(config_.classification_heads.size(), 1.0);
  for (size_t h = 0; h < config_.classification_heads.size(); ++h) {
    HeadConfig& head = config_.classification_heads[h];
    const std::vector<int64_t> rows = corpus_.valid.labelled(h);
    if (rows.empty()) continue;
    std::vector<torch::Tensor> votes =
        train::head_votes(network_, corpus_.valid, h, recipe_.train.batch_tokens);
    if (!head.multi_label && votes.size() > 1) {
      std::vector<std::span<const float>> scores;
      for (const torch::Tensor& vote : votes) scores.push_back(train::floats(vote));
      const std::vector<double> factors =
          metrics::fit_vote_weights(scores, train::single_labels(corpus_.valid.examples, rows, h),
                                    static_cast<int64_t>(head.labels.size()));
      network_.weigh_votes(h, factors);
      linear_factors_[h] = factors[1];
      for (size_t v = 0; v < votes.size(); ++v) votes[v].mul_(factors[v]);
    }
    head.temperature =
        train::fit_temperature(train::sum_votes(votes).contiguous(), corpus_.valid.examples, rows, h, head);
  }
  if (config_.matching) calibrate_pairs();
  network_.set_temperatures(config_);
}

void Model::calibrate_pairs() {
  const train::PairScores scores = train::score_pairs(network_, corpus_.valid, recipe_.train.batch_tokens);
  if (scores.votes.empty()) return;
  std::vector<double> factors(scores.votes.size(), 1.0);
  if (factors.size() > 1) {
    factors = train::fit_pair_factors(scores);
    network_.weigh_pair_votes(factors);
  }
  config_.matching->temperature = train::fit_pair_temperature(scores, factors);
}

void Model::judge() {
  const std::vector<std::string> translated = translate(network_, corpus_.valid, 0);
  judged_.figures = figures(corpus_.valid, translated);
  if (recipe_.output.predictions > 0 && !config_.sequence) {
    judged_.predictions = recipe_.translation()
                              ? translation_predictions(translated, corpus_.valid, recipe_)
                              : label_predictions(network_, config_, corpus_.valid, recipe_);
  }
  if (!recipe_.train.refit) return;
  std::vector<train::LinearWeights> branches = train::refit_linear_branches(recipe_, corpus_);
  for (size_t h = 0; h < branches.size(); ++h) {
    branches[h].weight.mul_(linear_factors_[h]);
    branches[h].bias.mul_(linear_factors_[h]);
  }
  network_.set_linear_branches(branches);
}

std::vector<std::string> Model::translate(const train::Network& network, const train::Split& split,
                                          int64_t rows) const {
  if (!recipe_.translation()) return {};
  return translations(network, corpus_, split, recipe_, rows, run_->path());
}

std::map<std::string, double> Model::figures(const train::Split& split,
                                             const std::vector<std::string>& translated) const {
  auto values = train::evaluate(network_, split, recipe_.train.batch_tokens, corpus_.sets);
  if (recipe_.translation()) values.merge(translation_quality(translated, split, recipe_));
  return values;
}

std::map<std::string, double> Model::evaluate(const train::Split& split) const {
  return figures(split, translate(network_, split, 0));
}

std::vector<std::string> Model::predict(const std::vector<std::string>& texts) const {
  if (!recipe_.translation() && config_.classification_heads.empty())
    throw Error(ErrorCode::invalid_argument,
                "predict: expected a model with a classification head, found none");
  const auto candidate = run_->path() / "candidate";
  std::filesystem::remove_all(candidate);
  write_model(candidate, train::model_contents(network_, config_, corpus_));
  std::vector<std::string> answers;
  if (recipe_.translation()) {
    for (auto& result :
         infer::Translator(open_model(candidate)).translate(texts, {.beam = recipe_.eval.beam})) {
      answers.push_back(result.best.front().text);
    }
  } else {
    for (auto& result : infer::Classifier(open_model(candidate)).classify(texts)) {
      answers.push_back(result.heads.front().labels.front().label);
    }
  }
  std::filesystem::remove_all(candidate);
  return answers;
}

Json Model::metrics() const {
  const auto to_json = [this](std::map<std::string, double> values, const train::Split& split) {
    values.merge(train::teacher_figures(split, config_));
    Json json = Json::object();
    for (const auto& [name, value] : values) json[name] = value;
    json["rows"] = split.examples.size();
    return json;
  };
  Json splits = {{"valid", to_json(judged_.figures, corpus_.valid)}};
  if (!corpus_.test.examples.empty()) splits["test"] = to_json(evaluate(corpus_.test), corpus_.test);
  Json training = {{"rows", corpus_.train.examples.size()},
                   {"dropped_leaks", corpus_.dropped_leaks},
                   {"parameters", network_.parameters().count()},
                   {"steps", totals_.steps},
                   {"best_step", best_.step},
                   {"minutes", totals_.seconds / 60.0}};
  if (recipe_.train.self_training > 0) {
    training["round"] = best_.round;
    training["labelled_texts"] = best_.labelled;
  }
  return {{"command", options_.command},
          {"seed", recipe_.train.seed},
          {"splits", std::move(splits)},
          {"training", std::move(training)}};
}

std::filesystem::path Model::save() const {
  ModelContents contents = train::model_contents(network_, config_, corpus_);
  contents.metrics = metrics();
  if (recipe_.output.predictions > 0 && !config_.sequence) run_->keep_predictions(judged_.predictions);
  contents.card = model_card(recipe_, config_, contents.metrics);
  contents.run = run_->records();
  return write_model(recipe_.output.model, contents);
}

void Model::snapshot(const train::Network& network, double minutes) const {
  ModelContents contents = train::model_contents(network, config_, corpus_);
  contents.metrics = {{"command", options_.command}, {"seed", recipe_.train.seed}, {"minutes", minutes}};
  contents.card = model_card(recipe_, config_, contents.metrics);
  write_model(fmt::format("{}-{:g}min", recipe_.output.model, minutes), contents);
}

}  // namespace heed::tune
