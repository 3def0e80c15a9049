#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

// Who earned how much of a value that several made together.
namespace heed::economy {

// The value that a set of players makes alone, as a bit a player. The empty set's may be other than 0.
using CoalitionValue = std::function<double(std::span<const uint8_t> members)>;

struct Attribution {
  std::vector<double> shares;  // a player; they sum to value(all) - value(none)
  std::vector<double> errors;  // standard error of each; 0 where exact
};

inline constexpr int64_t kMaxExactPlayers = 20;

// Shapley's value (1953): a player's mean contribution over every order in which players may join. Exact, by
// all 2^n sets. Throws too_large above kMaxExactPlayers, invalid_argument where a value is not finite.
Attribution exact_shapley(int64_t players, const CoalitionValue& value);

struct SampleOptions {
  int64_t orders = 1000;  // that are drawn; each asks for `players` values, and is walked in reverse too
  uint64_t seed = 1;
};

// The same from random orders, each with its reverse (antithetic; Castro et al. 2009): unbiased, and the
// shares of every order sum to the whole. Throws invalid_argument on fewer than two orders.
Attribution sampled_shapley(int64_t players, const CoalitionValue& value, const SampleOptions& options = {});

// One way that people took: the touches in their order, and what came of it.
struct Path {
  std::vector<std::string> touches;
  double value = 0.0;  // of the conversions; 0: none
  int64_t count = 1;   // people who took it
};

struct TouchShare {
  std::string touch;
  double share = 0.0;           // of the value of all paths; they sum to it
  double removal_effect = 0.0;  // share of conversions that would be lost without it
};

// Markov removal (Anderl et al. 2016): touches are states of a chain fitted to the paths, from a start to a
// conversion or to none; each is credited in proportion to the conversions that are lost when ways through it
// end there. Throws invalid_argument on a value or count that is negative or not finite, or no paths.
std::vector<TouchShare> markov_removal(std::span<const Path> paths);

}  // namespace heed::economy
