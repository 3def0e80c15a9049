#pragma once

#include <vector>

#include "train/batches.h"
#include "train/heads/pooled_output.h"
#include "train/layers.h"

namespace heed::train {

// Two towers with the same weights: a text's vector v is what it comes to (PooledOutput), divided by its
// length. How likely two texts mean the same is asked of their rows: those of one attend to the other's
// (align: arXiv:1606.01933 sec. 3.1), c = relu(compare([x, a, x - a, x * a])) of a row x and what it attended
// to, a; c pooled is a text's g. Then, E the vectors' width and every part the same whichever text comes
// first,
//   z = output(relu(hidden([g1 + g2, |g1 - g2|, sqrt(E) |v1 - v2|, E v1 * v2]))) + the n-grams' weights,
// the latter one for an n-gram that stands in both and one for what stands in one alone (text/pair_ngrams.h).
// sigmoid(z / temperature) is the probability. infer/heads/matching computes the same.
class MatchingHead {
 public:
  MatchingHead(const Parameters& parameters, const ModelConfig& config);

  // [B, E], each of length 1.
  torch::Tensor vectors(const torch::Tensor& encoded, const PackedTexts& texts, DropoutPlan& dropout) const;

  // What each branch says of each pair, logits [P]: the network's, and where there are any the n-grams'
  // (pairs.linear_votes in place of the table's where they are given).
  // Their sum is z.
  std::vector<torch::Tensor> votes(const torch::Tensor& encoded, const PackedTexts& texts,
                                   const torch::Tensor& vectors, const PackedPairs& pairs,
                                   DropoutPlan& dropout) const;

  // Multiplies each branch's weights, and with them its votes.
  void weigh_votes(const std::vector<double>& factors);

  // InfoNCE (arXiv:1807.03748 eq. 4) over the pairs that stand in the data: of each that means the same, the
  // mean of -log softmax(v1 v2' e^scale)[its own] over all second texts and over all first ones; the scale is
  // learned and at most log 100. Texts of the group of the one asked about are left out. 0 where no pair
  // means the same.
  torch::Tensor contrast(const torch::Tensor& vectors, const PackedPairs& pairs) const;

 private:
  int64_t heads_;
  double width_;  // E
  PooledOutput tower_;
  torch::Tensor scale_;  // [1]
  Linear align_query_, align_key_, compare_;
  AttentionPool pool_;
  Linear hidden_, output_;
  NgramTable ngrams_;  // [2 buckets, 1]
};

// Mean over pairs of the binary cross-entropy of the sum of votes, the label drawn to 1/2 by smoothing; plus
// half of each vote's own where there are several, as with ClassificationHead::loss.
torch::Tensor pair_loss(const std::vector<torch::Tensor>& votes, const torch::Tensor& labels,
                        double smoothing);

}  // namespace heed::train
