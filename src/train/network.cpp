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
}

void Network::start_from(const Corpus& corpus) {
  if (!corpus.ngram_weights.empty()) parameters_.set("ngrams.weight", torch::tensor(corpus.ngram_weights));
  set_linear_branches(corpus.linear);
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
  if (batch.masked_rows.defined()) return masked_loss(batch, options, plan);
  return decoder_ ? translation_loss(batch, options, plan) : classification_loss(batch, options, plan);
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

std::vector<Network::Votes> Network::votes(const PackedTexts& source, DropoutPlan& plan) const {
  const Tensor memory = encode(source, plan);
  std::vector<Votes> votes;
  for (const ClassificationHead& head : heads_) votes.push_back(head.votes(memory, source, plan));
  return votes;
}

Loss Network::classification_loss(const Batch& batch, const LossOptions& options, DropoutPlan& plan) const {
  const bool twice = options.r_drop > 0.0;
  const std::vector<Votes> first = votes(batch.source, plan);
  const std::vector<Votes> second = twice ? votes(batch.source, plan) : std::vector<Votes>();
  Loss loss;
  loss.mean = torch::zeros({});
  for (size_t h = 0; h < heads_.size(); ++h) {
    const ClassificationHead& head = heads_[h];
    const Tensor& labels = batch.head_labels[h];
    const int64_t labelled = labels.size(0);
    if (labelled == 0) continue;
    const ClassLoss wanted{
        .smoothing = options.smoothing,
        .q = options.q,
        .class_weights = options.class_weights.empty() ? Tensor() : options.class_weights[h],
        .soft_labels = options.teacher_share > 0.0 ? batch.head_soft_labels[h] : Tensor(),
        .teacher_share = options.teacher_share,
        .teacher_temperature = options.teacher_temperature};
    const Mixing mixing = options.mixup > 0.0 ? draw_mixing(labelled, options.mixup, plan.next()) : Mixing();
    const auto judge = [&](const Votes& mixed) {
      return mixing.mix_losses(labels, [&](const Tensor& l) { return head.loss(mixed, l, wanted); });
    };
    const Votes own = labelled_rows(first[h], batch.head_rows[h]);
    const Votes mixed = mixing.mix(own);
    Tensor mean = judge(mixed);
    if (twice) {
      const Votes other = mixing.mix(labelled_rows(second[h], batch.head_rows[h]));
      mean = r_drop_loss(mean, judge(other), head.divergence(mixed, other), options.r_drop);
    }
    // A mean over the labelled texts, so that each text of a batch counts alike whatever its set.
    const double share = static_cast<double>(labelled) / static_cast<double>(batch.source.texts());
    const double weight = share * (options.head_weights.empty() ? 1.0 : options.head_weights[h]);
    loss.mean = loss.mean + mean * weight;
    const torch::NoGradGuard no_grad;
    const Tensor logits = sum_votes(own);
    loss.negative_log_likelihood +=
        head.loss({logits}, labels, {}).item<double>() * static_cast<double>(labelled);
    loss.correct += config_.classification_heads[h].multi_label
                        ? (logits.gt(0) == labels.gt(0)).all(1).sum().item<int64_t>()
                        : logits.argmax(1).eq(labels).sum().item<int64_t>();
    loss.units += labelled;
  }
  return loss;
}

}  // namespace heed::train
