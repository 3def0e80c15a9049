#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/network.h"

namespace heed::train {

// What a matching head says of the pairs of a split, in its order.
struct PairScores {
  std::vector<torch::Tensor>
      votes;                    // [P] a branch (MatchingHead::votes), or none where the split has no pairs
  std::vector<uint8_t> labels;  // [P]
  torch::Tensor first, second;  // [G, E] vectors of the pairs that stand in the data
  std::vector<int64_t> first_groups, second_groups;  // [G]
  std::vector<uint8_t> given_labels;                 // [G]
};
PairScores score_pairs(const Network& network, const Split& split, int64_t batch_tokens);

// "accuracy" and "f1" (of the pairs that mean the same) at a probability of 1/2; "best_f1", of the threshold
// that makes it highest here; "calibration_error"; "mrr" and "recall_at_1": of the first texts, by where
// their own second text stands among all second ones of the split in order of cosine, those of its group left
// out, over at most 2000 of them. Empty where there are no pairs.
std::map<std::string, double> pair_figures(const PairScores& scores, const MatchingConfig& config);

// On these pairs: how much each branch counts (metrics/vote_weights.h), and the temperature of their sum.
std::vector<double> fit_pair_factors(const PairScores& scores);
double fit_pair_temperature(const PairScores& scores, const std::vector<double>& factors);

}  // namespace heed::train
