#pragma once

#include "train/batches.h"
#include "train/layers.h"

namespace heed::train {

// A text's vector by learned attention over its encoded rows, then one logit a label
// (infer/heads/classification computes the same).
class ClassificationHead {
 public:
  ClassificationHead(const Parameters& parameters, const HeadConfig& head, const ModelConfig& config);

  // encoded [N, D] -> logits [B, L]
  torch::Tensor logits(const torch::Tensor& encoded, const PackedTexts& texts, DropoutPlan& dropout) const;

  // Mean over texts: cross-entropy with label smoothing, or binary cross-entropy a label where multi-label.
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) const;

 private:
  int64_t heads_;
  bool multi_label_;
  torch::Tensor pool_query_;  // [H, K]
  Linear pool_key_, output_;
  NgramTable ngrams_;
};

}  // namespace heed::train
