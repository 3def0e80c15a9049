#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::metrics {

// Logistic regression: P(1 | x) = sigmoid(bias + sum of weights_i (x_i - mean_i) / scale_i). Small and exact:
// for combining a few figures into one probability, not for texts.
struct LogisticModel {
  std::vector<double> mean, scale, weights;  // [F]
  double bias = 0.0;

  // The log of the odds of 1, of features [F].
  double log_odds(std::span<const double> features) const;
  double probability(std::span<const double> features) const;
};

struct LogisticOptions {
  double ridge = 1.0;     // added to the loss: ridge / 2 times the sum of squares of the weights
  bool balanced = false;  // 0s and 1s count the same altogether, however many there are of each
  std::span<const double> row_weights = {};  // [N], at least 0: how often each row counts; empty: once
};

// The model of least loss, the sum over rows of -log P(label), by Newton's method; features [N, F], labels
// [N] of 0 and 1. Features are scaled to mean 0 and deviation 1 first; one that never changes gets weight 0.
// Throws invalid_argument where there are no rows or labels of one kind only, lengths differ, or a value is
// not finite.
LogisticModel fit_logistic(std::span<const double> features, std::span<const uint8_t> labels, int64_t width,
                           const LogisticOptions& options = {});

}  // namespace heed::metrics
