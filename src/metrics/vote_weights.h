#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::metrics {

// How much each of several classifiers counts whose logits are added: the w >= 0 that minimise the sum over
// rows of -log softmax(sum_k w_k votes_k)[label], plus |w - 1|^2 / 2 so that a few rows, or rows that are all
// right, change little. votes: logits [N, L] each. The loss is convex in w; with one classifier w is 1 / T of
// fit_temperature. All 1 where there are no rows. Throws invalid_argument on lengths that differ, labels out
// of range, values not finite.
std::vector<double> fit_vote_weights(std::span<const std::span<const float>> votes,
                                     std::span<const int32_t> labels, int64_t classes);

}  // namespace heed::metrics
