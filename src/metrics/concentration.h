#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::metrics {

// How attention is spread, and how much of it there was. Amounts are at least 0 and finite, else
// invalid_argument; nothing at all gives 0.

// Gini's coefficient of amounts: 0 where all are equal, (n - 1) / n where one has everything.
double gini(std::span<const double> amounts);
// Herfindahl and Hirschman's index: the sum of squared shares, 1 / n to 1.
double herfindahl(std::span<const double> amounts);
std::vector<double> shares(std::span<const double> amounts);

// What each amount would be at the first position: amount / examination, the probability that its position
// was looked at, in (0, 1].
std::vector<double> position_adjusted(std::span<const double> amounts, std::span<const double> examination);

// Seconds that a person was there, from the times of signs of life (scrolls, keys, plays) of one view: the
// gaps between neighbours, each counted up to `idle_seconds`; the last sign counts `tail_seconds`. Times in
// microseconds, in any order; not the wall clock between first and last.
double engaged_seconds(std::span<const int64_t> signs_us, double idle_seconds = 15, double tail_seconds = 2);

// value / minutes; 0 where no minutes were spent.
double return_on_attention(double value, double minutes);

}  // namespace heed::metrics
