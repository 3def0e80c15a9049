#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "attention/attention.h"
#include "kernels/rotary.h"

// What LibTorch lacks on a CPU, as differentiable functions over tensors.
namespace heed::train {

// x [N, F] -> max(x, 0) with dropout, in one pass; its backward needs only its output. Overwrites x.
torch::Tensor relu_dropout(const torch::Tensor& x, double p, uint64_t seed);

// Dropout of any tensor.
torch::Tensor dropout(const torch::Tensor& x, double p, uint64_t seed);

// Dropout of whole rows of x [N, D].
torch::Tensor drop_rows(const torch::Tensor& x, double p, uint64_t seed);

// residual + dropout(x), same shapes.
torch::Tensor dropout_add(const torch::Tensor& x, const torch::Tensor& residual, double p, uint64_t seed);

// Rows [N, H*K] turned by where they stand (kernels/rotary.h).
torch::Tensor rotate(const torch::Tensor& x, std::shared_ptr<const kernels::Rotation> rotation);

// Learned parts of an attention variant; undefined where it has none.
struct AttentionParameters {
  torch::Tensor score_vector, score_matrix, log_temperature, span, relative_bias;
};

struct AttentionCall {
  attention::Variant variant;
  std::shared_ptr<const std::vector<attention::Sequence>> sequences;
  int64_t heads = 1;
  int64_t key_heads = 1;
  double dropout = 0.0;
  uint64_t dropout_seed = 0;
};

// The mechanism (attention/attention.h) over packed rows: query [N, H*K], key and value [M, Hkv*K] -> [N,
// H*K].
torch::Tensor attend(const torch::Tensor& query, const torch::Tensor& key, const torch::Tensor& value,
                     const AttentionParameters& parameters, AttentionCall call);

// Mean label-smoothed cross-entropy of hidden [N, D] times weight [V, D] against labels [N], without ever
// holding [N, V] logits: rows go through in chunks and leave their gradients at once. With smoothing e the
// wanted distribution is (1 - e) on the label plus e / V on every word.
struct ProjectedLoss {
  torch::Tensor loss;                    // scalar, differentiable
  double negative_log_likelihood = 0.0;  // summed over rows, without smoothing
  int64_t correct = 0;                   // rows whose greatest logit is the label
};
ProjectedLoss projected_cross_entropy(const torch::Tensor& hidden, const torch::Tensor& weight,
                                      const torch::Tensor& labels, double smoothing);

}  // namespace heed::train
