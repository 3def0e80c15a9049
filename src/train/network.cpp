#include "train/network.h"

#include <cmath>

#include "kernels/positions.h"
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
  if (config.positions == "sinusoidal") {
    position_table_ = torch::tensor(kernels::sinusoid_table(config.max_length, config.dim))
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
  for (const HeadConfig& head : config.classification_heads) heads_.emplace_back(parameters_, head, config);
}

void Network::set_ngram_weights(const std::vector<float>& weights) {
  if (weights.empty()) return;
  const torch::NoGradGuard no_grad;
  torch::Tensor weight = parameters_.at("ngrams.weight");
  weight.copy_(torch::tensor(weights));
}

Tensor Network::embed(const Tensor& table, const PackedTexts& texts, DropoutPlan& plan) const {
  Tensor x = torch::embedding(table, texts.ids);
  if (texts.token_ngrams.begins.defined())
    x = x + ngram_embedding_(texts.token_ngrams, plan.rate, plan.next());
  x = x * std::sqrt(static_cast<double>(config_.dim));
  if (position_table_.defined()) x = x + position_table_.index_select(0, texts.positions);
  return dropout(x, plan.rate, plan.next());
}

Tensor Network::encode(const PackedTexts& source, DropoutPlan& plan) const {
  return encoder_->encode(embed(source_embedding_, source, plan), source, plan);
}

Tensor Network::decode(const PackedTexts& target, const Tensor& memory, const PackedTexts& source,
                       DropoutPlan& plan) const {
  return decoder_->decode(embed(target_embedding_, target, plan), target, memory, source, plan);
}

Loss Network::loss(const Batch& batch, const LossOptions& options, DropoutPlan plan) const {
  const Tensor memory = encode(batch.source, plan);
  Loss loss;
  if (decoder_) {
    const Tensor hidden = decode(batch.target, memory, batch.source, plan);
    const ProjectedLoss projected =
        projected_cross_entropy(hidden, output_embedding_, batch.target_labels, options.smoothing);
    return {.mean = projected.loss,
            .negative_log_likelihood = projected.negative_log_likelihood,
            .correct = projected.correct,
            .units = batch.target.rows()};
  }
  loss.mean = torch::zeros({});
  for (size_t h = 0; h < heads_.size(); ++h) {
    const Tensor& labels = batch.head_labels[h];
    const int64_t labelled = labels.size(0);
    if (labelled == 0) continue;
    std::vector<Tensor> votes = heads_[h].votes(memory, batch.source, plan);
    if (batch.head_rows[h].defined()) {
      for (Tensor& vote : votes) vote = vote.index_select(0, batch.head_rows[h]);
    }
    const ClassLoss wanted{
        .smoothing = options.smoothing,
        .q = options.q,
        .class_weights = options.class_weights.empty() ? Tensor() : options.class_weights[h],
        .soft_labels = options.teacher_share > 0.0 ? batch.head_soft_labels[h] : Tensor(),
        .teacher_share = options.teacher_share,
        .teacher_temperature = options.teacher_temperature};
    // A mean over the labelled texts, so that each text of a batch counts alike whatever its set.
    const double share = static_cast<double>(labelled) / static_cast<double>(batch.source.texts());
    const double weight = share * (options.head_weights.empty() ? 1.0 : options.head_weights[h]);
    loss.mean = loss.mean + heads_[h].loss(votes, labels, wanted) * weight;
    const torch::NoGradGuard no_grad;
    const Tensor logits = sum_votes(votes);
    loss.negative_log_likelihood +=
        heads_[h].loss({logits}, labels, {}).item<double>() * static_cast<double>(labelled);
    loss.correct += config_.classification_heads[h].multi_label
                        ? (logits.gt(0) == labels.gt(0)).all(1).sum().item<int64_t>()
                        : logits.argmax(1).eq(labels).sum().item<int64_t>();
    loss.units += labelled;
  }
  return loss;
}

}  // namespace heed::train
