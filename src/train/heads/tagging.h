#pragma once

#include <utility>
#include <vector>

#include "train/batches.h"
#include "train/layers.h"

namespace heed::train {

// A linear-chain conditional random field over T tags (arXiv:1508.01991 sec. 2.4, after Lafferty et al.
// 2001): a row of tags y of a text of n pieces with scores e [n, T] has the score
//   begin[y_1] + sum_t e_t[y_t] + sum_t transitions[y_t][y_t+1] + end[y_n],
// and the probability softmax over all rows of tags that are allowed. One that begins with an I, or has an I
// after anything but the B or I of its entity, is not.
class ConditionalField {
 public:
  // `entities` E; T = 1 + 2 E.
  ConditionalField(torch::Tensor begin, torch::Tensor end, torch::Tensor transitions, int64_t entities);

  // -log probability of tags [n] int64, which must be allowed, n at least 1; by the forward algorithm.
  torch::Tensor negative_log_likelihood(const torch::Tensor& scores, const torch::Tensor& tags) const;

  // The most probable row of tags, by Viterbi's algorithm.
  std::vector<int64_t> best(const torch::Tensor& scores) const;

 private:
  torch::Tensor begin_, end_, transitions_;    // [T], [T], [T, T]
  torch::Tensor begin_forbidden_, forbidden_;  // added: 0, or below what any score makes up for
};

// A tag a piece, </s> left out: a linear layer of its row, then a conditional random field over the text
// (infer/heads/tagging computes the same).
class TaggingHead {
 public:
  TaggingHead(const Parameters& parameters, const ModelConfig& config);

  // Scores [N, T] of encoded rows [N, D].
  torch::Tensor scores(const torch::Tensor& encoded, DropoutPlan& dropout) const;

  // Of a batch's texts that have tags, each one's -log probability [R]; `scores` of all its rows.
  torch::Tensor losses(const torch::Tensor& scores, const Batch& batch) const;

  const ConditionalField& field() const { return field_; }

 private:
  Linear output_;
  ConditionalField field_;
};

}  // namespace heed::train
