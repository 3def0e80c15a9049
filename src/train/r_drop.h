#pragma once

#include <array>

#include <torch/torch.h>

#include "train/functions.h"

// R-Drop (arXiv:2106.14448): the same batch goes through the network twice, with different dropout, and the
// two answers p1, p2 are drawn together. The loss is half of eq. 4, so that without dropout it is the plain
// one: 1/2 (loss1 + loss2) + alpha/2 * 1/2 (KL(p1||p2) + KL(p2||p1)).
namespace heed::train {

// Mean over texts of KL(p1||p2) + KL(p2||p1) of softmaxed logits [B, L]; `independent`: mean over texts and
// labels, each label's probability the logistic function of its logit.
torch::Tensor symmetric_divergence(const torch::Tensor& logits, const torch::Tensor& others,
                                   bool independent);

// The loss above, of two passes' losses and their symmetric divergence.
torch::Tensor r_drop_loss(const torch::Tensor& loss, const torch::Tensor& other,
                          const torch::Tensor& divergence, double alpha);

// projected_cross_entropy (train/functions.h) of two passes' rows [N, D] under R-Drop, the divergence a mean
// over rows, in chunks of rows too. What it counts is the first pass's.
ProjectedLoss projected_r_drop(const std::array<torch::Tensor, 2>& hidden, const torch::Tensor& weight,
                               const torch::Tensor& labels, double smoothing, double alpha);

}  // namespace heed::train
