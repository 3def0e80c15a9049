#pragma once

#include <string>
#include <vector>

#include "train/batches.h"
#include "train/layers.h"

namespace heed::train {

// One row a text: a learned query attends (scaled dot, softmax) with keys key(x) to the text's rows x
// themselves (infer/heads/pooled_output computes the same).
class AttentionPool {
 public:
  // `scope` holds `query` and `key`.
  AttentionPool(const Parameters& parameters, const std::string& scope, const ModelConfig& config);

  // rows [N, D], text b of them begins[b] .. begins[b + 1] -> [B, D]
  torch::Tensor operator()(const torch::Tensor& rows, const std::vector<int64_t>& begins,
                           DropoutPlan& dropout) const;

 private:
  int64_t heads_;
  torch::Tensor query_;  // [H, K]
  Linear key_;
};

// What a text comes to, W numbers: a linear layer of its pooled rows, and beside it the sum of its n-grams'
// rows of a table.
class PooledOutput {
 public:
  // `scope` is heads.NAME.
  PooledOutput(const Parameters& parameters, const std::string& scope, const ModelConfig& config);

  // Of each branch, [B, W] each: attention's, and where there are any the n-grams', or in their place
  // `linear_votes` where that is defined.
  std::vector<torch::Tensor> branches(const torch::Tensor& encoded, const PackedTexts& texts,
                                      const torch::Tensor& linear_votes, DropoutPlan& dropout) const;

  // Multiplies each branch's weights, and with them what it says.
  void weigh(const std::vector<double>& factors);

 private:
  AttentionPool pool_;
  Linear output_;
  NgramTable ngrams_;
  torch::Tensor ngrams_bias_;  // [W] beside them
};

}  // namespace heed::train
