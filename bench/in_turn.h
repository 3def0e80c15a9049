#pragma once

#include <functional>
#include <vector>

// Two workloads timed in turn, so that what the machine does to one it does to the other.
namespace heed::bench {

// Of some rounds: the median, and the quartiles between which half of the rounds lie.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};
Spread spread_of(std::vector<double> values);

// Seconds a call, medians over the rounds; `ratio` is own / limit of each round.
struct InTurn {
  double limit_seconds = 0;
  double own_seconds = 0;
  Spread ratio;
  int rounds = 0;
};

using Work = std::function<void()>;

// Of each of as many calls as take 0.1 s, at least 5, after some to warm up.
std::vector<double> seconds_of_calls(const Work& work);

// limit, own, limit, own, ... after one call of each to warm up: in every round each runs for at least 0.1 s.
// Seconds are the processor's, of every thread of this process: what other processes take from a core does
// not count, and work that starts threads of its own pays for them.
InTurn time_in_turn(const Work& limit, const Work& own);

}  // namespace heed::bench
