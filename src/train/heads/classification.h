#pragma once

#include "train/batches.h"
#include "train/heads/pooled_output.h"
#include "train/layers.h"

namespace heed::train {

// How the logits of a head are judged. q of (0, 1]: generalised cross-entropy, (1 - p^q) / q in place of -log
// p (arXiv:1805.07836 eq. 6), which forgives labels that are wrong; 0: cross-entropy, its limit.
// class_weights [L] multiply a text's loss by that of its label; undefined: 1.
// With soft_labels, (1 - teacher_share) of the loss is that of the labels, teacher_share is soft_loss.
struct ClassLoss {
  double smoothing = 0.0;
  double q = 0.0;
  torch::Tensor class_weights = {};
  torch::Tensor soft_labels = {};  // [B, L] probabilities of teachers; undefined: none
  double teacher_share = 0.0, teacher_temperature = 1.0;
};

// Mean over texts, logits [B, L] and labels [B], of the sum over classes c of wanted_c loss(p_c): with
// smoothing e wanted is 1 - e on the label plus e / L on every class.
torch::Tensor class_loss(const torch::Tensor& logits, const torch::Tensor& labels, const ClassLoss& options);

// T^2 times the mean over texts of the cross-entropy of softmax(logits / T) against the teachers'
// probabilities q [B, L], flattened by the same T: q_c^(1/T) / sum over classes (arXiv:1503.02531 eq. 1). A
// gradient with T shrinks as 1 / T^2, so that factor keeps the shares of soft and hard labels what they are
// at any T. multi_label: sigmoid and the binary cross-entropy, mean over texts and labels.
torch::Tensor soft_loss(const torch::Tensor& logits, const torch::Tensor& soft_labels, bool multi_label,
                        double temperature);

// The logits that a text's votes add up to.
torch::Tensor sum_votes(const std::vector<torch::Tensor>& votes);

// Of a head's votes on a batch, those on the texts that have its labels: Batch::head_rows.
std::vector<torch::Tensor> labelled_rows(std::vector<torch::Tensor> votes, const torch::Tensor& rows);

// A text's vector by learned attention over its encoded rows, then one logit a label
// (infer/heads/classification computes the same).
class ClassificationHead {
 public:
  // The head `number` of config.classification_heads.
  ClassificationHead(const Parameters& parameters, size_t number, const ModelConfig& config);

  // What each branch says of each text, logits [B, L]: attention's, and where there are any the n-grams' (the
  // batch's linear_votes in place of the table's where it has them).
  std::vector<torch::Tensor> votes(const torch::Tensor& encoded, const PackedTexts& texts,
                                   DropoutPlan& dropout) const;

  // Multiplies each branch's weights, and with them its votes.
  void weigh_votes(const std::vector<double>& factors) { output_.weigh(factors); }

  // Of the sum of votes: class_loss, or where multi-label the mean over texts and labels of the binary
  // cross-entropy with label smoothing. Where there are several votes, plus half of each one's own loss, so
  // that no branch rests on another (Banking77, a fifth held out: validation loss 0.365 with it, 0.407
  // without).
  torch::Tensor loss(const std::vector<torch::Tensor>& votes, const torch::Tensor& labels,
                     const ClassLoss& options) const;

  // symmetric_divergence (train/r_drop.h) of what the votes of two passes add up to.
  torch::Tensor divergence(const std::vector<torch::Tensor>& votes,
                           const std::vector<torch::Tensor>& others) const;

 private:
  torch::Tensor vote_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                          const ClassLoss& options) const;

  ClassificationHead(const Parameters& parameters, size_t number, const HeadConfig& head,
                     const ModelConfig& config);

  size_t number_;
  bool multi_label_;
  PooledOutput output_;
};

}  // namespace heed::train
