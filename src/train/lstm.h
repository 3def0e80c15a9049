#pragma once

#include <vector>

#include <torch/torch.h>

#include "train/batches.h"
#include "train/layers.h"

namespace heed::train {

// The order in which a recurrence walks packed texts: all their first tokens, then all their second ones,
// ..., longer texts first within a step, so that each step's rows are the first so many of the step before.
struct TimeOrder {
  torch::Tensor rows;           // [N] int64: which packed row stands at each place
  torch::Tensor places;         // [N] int64: its inverse
  torch::Tensor texts;          // [B] int64: the texts, longest first
  std::vector<int64_t> counts;  // rows of each step, never rising; counts[0] = B
};
// `reversed`: from the last token of each text to its first.
TimeOrder time_order(const PackedTexts& texts, bool reversed);

// Weights of one long short-term memory: kernels/lstm.h has the formula and the order of the gates.
struct LstmWeights {
  torch::Tensor input, bias;  // W [4D, D_in], b [4D]
  torch::Tensor recurrent;    // U [4D, D]
};

// x [N, D_in] in time order -> h [N, D] in time order. hidden and cell [B, D], in the order's own order of
// texts, are what the first step finds. The products with W of all steps are one; a step costs one product
// with U.
torch::Tensor lstm(const torch::Tensor& x, const LstmWeights& weights, const torch::Tensor& hidden,
                   const torch::Tensor& cell, const std::vector<int64_t>& counts);

// The layer SCOPE.input, SCOPE.recurrent over packed rows.
class Lstm {
 public:
  Lstm(const Parameters& parameters, const std::string& scope);

  // `start` [B, D], in the order of the texts, is the cell's state at the beginning, and tanh of it the
  // output's; undefined: zeros.
  torch::Tensor operator()(const torch::Tensor& x, const TimeOrder& order,
                           const torch::Tensor& start = {}) const;

 private:
  LstmWeights weights_;
};

}  // namespace heed::train
