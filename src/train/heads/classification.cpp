#include "train/heads/classification.h"

#include "train/r_drop.h"

namespace heed::train {

using torch::Tensor;

Tensor class_loss(const Tensor& logits, const Tensor& labels, const ClassLoss& options) {
  const Tensor log_p = torch::log_softmax(logits, 1);
  const Tensor losses = options.q > 0.0 ? torch::expm1(log_p * options.q) / -options.q : -log_p;
  Tensor loss = losses.gather(1, labels.unsqueeze(1)).squeeze(1);
  if (options.smoothing > 0.0) loss = loss * (1.0 - options.smoothing) + losses.mean(1) * options.smoothing;
  if (options.class_weights.defined()) loss = loss * options.class_weights.index_select(0, labels);
  return loss.mean();
}

Tensor soft_loss(const Tensor& logits, const Tensor& soft_labels, bool multi_label, double temperature) {
  const Tensor cool = logits / temperature;
  const Tensor yes = soft_labels.pow(1.0 / temperature);
  if (multi_label) {
    const Tensor wanted = yes / (yes + (1.0 - soft_labels).pow(1.0 / temperature));
    return torch::binary_cross_entropy_with_logits(cool, wanted) * (temperature * temperature);
  }
  const Tensor wanted = yes / yes.sum(1, true);
  return -(wanted * torch::log_softmax(cool, 1)).sum(1).mean() * (temperature * temperature);
}

Tensor sum_votes(const std::vector<Tensor>& votes) {
  return votes.size() == 1 ? votes[0] : votes[0] + votes[1];
}

std::vector<Tensor> labelled_rows(std::vector<Tensor> votes, const Tensor& rows) {
  if (!rows.defined()) return votes;
  for (Tensor& vote : votes) vote = vote.index_select(0, rows);
  return votes;
}

ClassificationHead::ClassificationHead(const Parameters& parameters, size_t number, const ModelConfig& config)
    : ClassificationHead(parameters, number, config.classification_heads[number], config) {}

ClassificationHead::ClassificationHead(const Parameters& parameters, size_t number, const HeadConfig& head,
                                       const ModelConfig& config)
    : number_(number), multi_label_(head.multi_label), output_(parameters, "heads." + head.name, config) {}

std::vector<Tensor> ClassificationHead::votes(const Tensor& encoded, const PackedTexts& texts,
                                              DropoutPlan& plan) const {
  const Tensor fitted = texts.linear_votes.empty() ? Tensor() : texts.linear_votes[number_];
  return output_.branches(encoded, texts, fitted, plan);
}

Tensor ClassificationHead::vote_loss(const Tensor& logits, const Tensor& labels,
                                     const ClassLoss& options) const {
  const Tensor wanted = labels * (1.0 - options.smoothing) + 0.5 * options.smoothing;
  const Tensor hard = multi_label_ ? torch::binary_cross_entropy_with_logits(logits, wanted)
                                   : class_loss(logits, labels, options);
  if (!options.soft_labels.defined()) return hard;
  const Tensor soft = soft_loss(logits, options.soft_labels, multi_label_, options.teacher_temperature);
  return hard * (1.0 - options.teacher_share) + soft * options.teacher_share;
}

Tensor ClassificationHead::loss(const std::vector<Tensor>& votes, const Tensor& labels,
                                const ClassLoss& options) const {
  Tensor loss = vote_loss(sum_votes(votes), labels, options);
  if (votes.size() == 1) return loss;
  for (const Tensor& vote : votes) loss = loss + 0.5 * vote_loss(vote, labels, options);
  return loss;
}

Tensor ClassificationHead::divergence(const std::vector<Tensor>& votes,
                                      const std::vector<Tensor>& others) const {
  return symmetric_divergence(sum_votes(votes), sum_votes(others), multi_label_);
}

}  // namespace heed::train
