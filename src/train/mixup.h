#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/torch.h>

namespace heed::train {

// mixup (arXiv:1710.09412 eq. 1) of a batch's texts at the end of the network, as arXiv:1905.08941 has it for
// sentences: text i's vector becomes s v_i + (1 - s) v_j of its partner j, and so its label. A head's votes
// are linear in the pooled vector and in the n-grams, so that votes are mixed as well as what they are made
// of. As it stands by default, nothing is mixed.
struct Mixing {
  double share = 1.0;      // s, the same for a whole batch
  torch::Tensor partners;  // [B] int64, a permutation; undefined: nobody has one

  // votes, each [B, L] -> the same, mixed
  std::vector<torch::Tensor> mix(const std::vector<torch::Tensor>& votes) const;

  // s loss(labels) + (1 - s) loss(labels of the partners); labels [B]
  torch::Tensor mix_losses(const torch::Tensor& labels,
                           const std::function<torch::Tensor(const torch::Tensor& labels)>& loss) const;
};

// s from Beta(alpha, alpha), alpha > 0, and random partners. A pure function of its arguments.
Mixing draw_mixing(int64_t texts, double alpha, uint64_t seed);

}  // namespace heed::train
