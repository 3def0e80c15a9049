#include "train/network.h"

#include <cmath>

#include "kernels/positions.h"
#include "train/mixup.h"
#include "train/r_drop.h"
#include "train/recurrent.h"
#include "train/transformer.h"

namespace heed::train {

using torch::Tensor;

Network::Network(const ModelConfig& config, Parameters parameters)
    : config_(config), parameters_(std::move(parameters)) {
  source_embedding_ = parameters_.at("embedding.weight");
  target_embedding_ = source_embedding_;
  output_embedding_ = source_embedding_;
  ngram_embedding_.table = parameters_.find("ngrams.embedding");
  source_positions_ = parameters_.find("positions.weight");
  target_positions_ = parameters_.find("target_positions.weight");
  if (config.positions == "sinusoidal") {
    source_positions_ = target_positions_ =
        torch::tensor(kernels::sinusoid_table(config.max_length, config.dim))
            .reshape({config.max_length, config.dim});
  }
  if (config.decodes() && !config.shared_embeddings) {
    target_embedding_ = parameters_.at("target_embedding.weight");
    output_embedding_ = parameters_.at("output.weight");
  }
  if (config.architecture == Architecture::recurrent_seq2seq) {
    encoder_ = std::make_unique<RecurrentEncoder>(parameters_, config);
    decoder_ = std::make_unique<RecurrentDecoder>(parameters_, config);
  } else {
    encoder_ = std::make_unique<TransformerEncoder>(parameters_, config);
    if (config.decodes()) decoder_ = std::make_unique<TransformerDecoder>(parameters_, config);
  }
  for (size_t h = 0; h < config.classification_heads.size(); ++h) heads_.emplace_back(parameters_, h, config);
  if (config.matching) matching_.emplace(parameters_, config);
  if (config.tagging) tagging_.emplace(parameters_, config);
  if (config.sequence) sequence_.emplace(parameters_, config);
}

Network Network::replica() const {
  Network copy(config_, parameters_.replica());
  if (sequence_) copy.sequence_->set_words(sequence_->words());
  return copy;
}

void Network::start_from(const Corpus& corpus) {
  if (!corpus.ngram_weights.empty()) parameters_.set("ngrams.weight", torch::tensor(corpus.ngram_weights));
  set_linear_branches(corpus.linear);
  if (corpus.pair_linear.defined())
    parameters_.set("heads." + config_.matching->name + ".pair.ngrams.weight", corpus.pair_linear);
  if (sequence_ && corpus.item_ngrams.rows() > 0)
    sequence_->set_words(std::make_shared<const PackedNgrams>(pack_ngrams(corpus.item_ngrams)));
}

void Network::set_linear_branches(const std::vector<LinearWeights>& branches) {
  for (size_t h = 0; h < branches.size(); ++h) {
    const std::string scope = "heads." + config_.classification_heads[h].name;
    parameters_.set(scope + ".ngrams.weight", branches[h].weight);
    parameters_.set(scope + ".ngrams.bias", branches[h].bias);
  }
}

Tensor Network::embed(const Tensor& table, const Tensor& places, const PackedTexts& texts,
                      DropoutPlan& plan) const {
  Tensor x = torch::embedding(table, texts.ids);
  if (texts.token_ngrams.begins.defined())
    x = x + ngram_embedding_(texts.token_ngrams, plan.ngram_rate, plan.next());
  x = x * std::sqrt(static_cast<double>(config_.dim));
  if (places.defined()) x = x + torch::embedding(places, texts.positions);
  return dropout(x, plan.embedding_rate, plan.next());
}

Tensor Network::encode(const PackedTexts& source, DropoutPlan& plan) const {
  Tensor x = embed(source_embedding_, source_positions_, source, plan);
  if (plan.token_rate > 0.0) x = drop_rows(x, plan.token_rate, plan.next());
  return encoder_->encode(x, source, plan);
}

Tensor Network::encode_events(const PackedTexts& events, const Tensor& items, DropoutPlan& plan) const {
  Tensor x = sequence_->embed(events, items);
  if (source_positions_.defined()) x = x + torch::embedding(source_positions_, events.positions);
  return encoder_->encode(dropout(x, plan.embedding_rate, plan.next()), events, plan);
}

Tensor Network::decode(const PackedTexts& target, const Tensor& memory, const PackedTexts& source,
                       DropoutPlan& plan) const {
  return decoder_->decode(embed(target_embedding_, target_positions_, target, plan), target, memory, source,
                          plan);
}

namespace {

Loss token_loss(const ProjectedLoss& projected, int64_t tokens) {
  return {.mean = projected.loss,
          .negative_log_likelihood = projected.negative_log_likelihood,
          .correct = projected.correct,
          .units = tokens};
}

}  // namespace

Loss Network::loss(const Batch& batch, const LossOptions& options, DropoutPlan plan) const {
  if (sequence_) return sequence_loss(batch, options, plan);
  if (batch.masked_rows.defined()) return masked_loss(batch, options, plan);
  return decoder_ ? translation_loss(batch, options, plan) : heads_loss(batch, options, plan);
}

Loss Network::sequence_loss(const Batch& batch, const LossOptions& options, DropoutPlan& plan) const {
  const int64_t guessed = batch.next_items.size(0);
  if (guessed == 0) return {.mean = torch::zeros({})};  // of held-out items that training never had
  const Tensor items = sequence_->items(plan);
  Tensor hidden = encode_events(batch.source, items, plan);
  if (batch.next_rows.defined()) hidden = hidden.index_select(0, batch.next_rows);
  if (options.negatives == 0)
    return token_loss(projected_cross_entropy(hidden, items, batch.next_items, options.smoothing), guessed);
  const Tensor mean = sampled_loss(
      hidden, items, batch.next_items,
      {.negatives = options.negatives, .calibration = options.negatives_calibration, .seed = plan.next()});
  return {.mean = mean,
          .negative_log_likelihood = mean.item<double>() * static_cast<double>(guessed),
          .correct = 0,
          .units = guessed};
}

Loss Network::masked_loss(const Batch& batch, const LossOptions& options, DropoutPlan& plan) const {
  const Tensor hidden = encode(batch.source, plan).index_select(0, batch.masked_rows);
  return token_loss(projected_cross_entropy(hidden, output_embedding_, batch.masked_ids, options.smoothing),
                    batch.masked_ids.size(0));
}

Loss Network::translation_loss(const Batch& batch, const LossOptions& options, DropoutPlan& plan) const {
  const auto pass = [&] { return decode(batch.target, encode(batch.source, plan), batch.source, plan); };
  const Tensor hidden = pass();
  const ProjectedLoss projected =
      options.r_drop > 0.0
          ? projected_r_drop({hidden, pass()}, output_embedding_, batch.target_labels, options.smoothing,
                             options.r_drop)
          : projected_cross_entropy(hidden, output_embedding_, batch.target_labels, options.smoothing);
  return token_loss(projected, batch.target.rows());
}

Network::Answers Network::answers(const Batch& batch, DropoutPlan& plan) const {
  const Tensor memory = encode(batch.source, plan);
  Answers answers;
  for (const ClassificationHead& head : heads_)
    answers.votes.push_back(head.votes(memory, batch.source, plan));
  if (matching_ && batch.pairs.pairs() > 0) {
    answers.vectors = matching_->vectors(memory, batch.source, plan);
    answers.pair_votes = matching_->votes(memory, batch.source, answers.vectors, batch.pairs, plan);
  }
  if (tagging_ && !batch.tags.empty()) answers.tag_scores = tagging_->scores(memory, plan);
  return answers;
}

Loss Network::heads_loss(const Batch& batch, const LossOptions& options, DropoutPlan& plan) const {
  Passes passes = {answers(batch, plan)};
  if (options.r_drop > 0.0) passes.push_back(answers(batch, plan));
  Loss loss;
  loss.mean = torch::zeros({});
  for (size_t h = 0; h < heads_.size(); ++h) add_classification(batch, passes, h, options, plan, loss);
  if (matching_ && batch.pairs.pairs() > 0) add_matching(batch, passes, options, loss);
  if (tagging_ && !batch.tags.empty()) add_tagging(batch, passes, options, loss);
  return loss;
}

namespace {

// Of a batch's examples, a mean over some of them counts as they do, so that each text of a batch counts
// alike whatever its set.
double share(int64_t some, const Batch& batch) {
  return static_cast<double>(some) / static_cast<double>(batch.examples);
}

}  // namespace

void Network::add_classification(const Batch& batch, const Passes& passes, size_t h,
                                 const LossOptions& options, DropoutPlan& plan, Loss& loss) const {
  const ClassificationHead& head = heads_[h];
  const Tensor& labels = batch.head_labels[h];
  const int64_t labelled = labels.size(0);
  if (labelled == 0) return;
  const ClassLoss wanted{.smoothing = options.smoothing,
                         .q = options.q,
                         .class_weights = options.class_weights.empty() ? Tensor() : options.class_weights[h],
                         .soft_labels = options.teacher_share > 0.0 ? batch.head_soft_labels[h] : Tensor(),
                         .teacher_share = options.teacher_share,
                         .teacher_temperature = options.teacher_temperature};
  const Mixing mixing = options.mixup > 0.0 ? draw_mixing(labelled, options.mixup, plan.next()) : Mixing();
  const auto judge = [&](const Votes& mixed) {
    return mixing.mix_losses(labels, [&](const Tensor& l) { return head.loss(mixed, l, wanted); });
  };
  const Votes own = labelled_rows(passes[0].votes[h], batch.head_rows[h]);
  const Votes mixed = mixing.mix(own);
  Tensor mean = judge(mixed);
  if (passes.size() > 1) {
    const Votes other = mixing.mix(labelled_rows(passes[1].votes[h], batch.head_rows[h]));
    mean = r_drop_loss(mean, judge(other), head.divergence(mixed, other), options.r_drop);
  }
  const double weight = options.head_weights.empty() ? 1.0 : options.head_weights[h];
  loss.mean = loss.mean + mean * (share(labelled, batch) * weight);
  const torch::NoGradGuard no_grad;
  const Tensor logits = sum_votes(own);
  loss.negative_log_likelihood +=
      head.loss({logits}, labels, {}).item<double>() * static_cast<double>(labelled);
  loss.correct += config_.classification_heads[h].multi_label
                      ? (logits.gt(0) == labels.gt(0)).all(1).sum().item<int64_t>()
                      : logits.argmax(1).eq(labels).sum().item<int64_t>();
  loss.units += labelled;
}

void Network::add_matching(const Batch& batch, const Passes& passes, const LossOptions& options,
                           Loss& loss) const {
  const PackedPairs& pairs = batch.pairs;
  const auto judge = [&](const Answers& answers) {
    const Tensor mean = pair_loss(answers.pair_votes, pairs.labels, options.smoothing);
    return options.contrast > 0.0 ? mean + options.contrast * matching_->contrast(answers.vectors, pairs)
                                  : mean;
  };
  Tensor mean = judge(passes[0]);
  const Tensor logits = sum_votes(passes[0].pair_votes);
  if (passes.size() > 1) {
    const Tensor divergence = symmetric_divergence(logits, sum_votes(passes[1].pair_votes), true);
    mean = r_drop_loss(mean, judge(passes[1]), divergence, options.r_drop);
  }
  loss.mean = loss.mean + mean * (share(pairs.given, batch) * options.matching_weight);
  const torch::NoGradGuard no_grad;
  loss.negative_log_likelihood +=
      pair_loss({logits}, pairs.labels, 0.0).item<double>() * static_cast<double>(pairs.pairs());
  loss.correct += logits.gt(0).eq(pairs.labels.gt(0)).sum().item<int64_t>();
  loss.units += pairs.pairs();
}

void Network::add_tagging(const Batch& batch, const Passes& passes, const LossOptions& options,
                          Loss& loss) const {
  const Tensor losses = tagging_->losses(passes[0].tag_scores, batch);
  Tensor mean = losses.mean();
  if (passes.size() > 1) mean = 0.5 * (mean + tagging_->losses(passes[1].tag_scores, batch).mean());
  const auto texts = static_cast<int64_t>(batch.tags.size());
  loss.mean = loss.mean + mean * (share(texts, batch) * options.tagging_weight);
  const torch::NoGradGuard no_grad;
  loss.negative_log_likelihood += losses.sum().item<double>();
  loss.units += texts;
}

}  // namespace heed::train
