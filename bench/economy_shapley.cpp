// Shapley's shares of games that are known.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "economy/attribution.h"
#include "economy_evaluation.h"

namespace heed::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A value that sources make together: each covers topics, and a topic is worth its weight once.
economy::CoalitionValue cover(size_t players, uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<size_t>> topics(players);
  for (auto& of_player : topics) {
    for (int i = 0; i < 6; ++i) of_player.push_back(random.below(3 * players));
  }
  std::vector<double> worth(3 * players);
  for (double& one : worth) one = random.uniform();
  return [topics, worth](std::span<const uint8_t> members) {
    std::vector<uint8_t> covered(worth.size());
    double sum = 0;
    for (size_t p = 0; p < members.size(); ++p) {
      if (members[p] == 0) continue;
      for (const size_t topic : topics[p]) {
        sum += covered[topic] ? 0 : worth[topic];
        covered[topic] = 1;
      }
    }
    return sum;
  };
}

// Of a cover game exactly: a topic's worth is shared by those who cover it.

}  // namespace

Json shapley() {
  double worst_sum = 0, worst_sampled = 0, error_200 = 0, sum_200 = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto value = cover(12, seed);
    const auto exact = economy::exact_shapley(12, value);
    const double total = value(std::vector<uint8_t>(12, 1));
    worst_sum =
        std::max(worst_sum, std::abs(std::accumulate(exact.shares.begin(), exact.shares.end(), 0.0) - total));
    const auto sampled = economy::sampled_shapley(12, value, {.orders = 1000, .seed = seed});
    for (size_t i = 0; i < 12; ++i)
      worst_sampled = std::max(
          worst_sampled, std::abs(sampled.shares[i] - exact.shares[i]) / std::max(sampled.errors[i], 1e-9));
  }
  const auto value = cover(200, 3);
  const double total = value(std::vector<uint8_t>(200, 1));
  const auto begin = Clock::now();
  const auto sampled = economy::sampled_shapley(200, value, {.orders = 500, .seed = 1});
  const double taken = seconds_since(begin);
  const auto again = economy::sampled_shapley(200, value, {.orders = 2000, .seed = 2});
  sum_200 = std::abs(std::accumulate(sampled.shares.begin(), sampled.shares.end(), 0.0) - total);
  double squares = 0, stated = 0;
  for (size_t i = 0; i < 200; ++i) {
    squares += std::pow(sampled.shares[i] - again.shares[i], 2) / 200;
    stated += std::pow(sampled.errors[i], 2) / 200;
  }
  error_200 = std::sqrt(squares);
  return {{"exact_sum_error", worst_sum},
          {"sampled_errors_apart", worst_sampled},
          {"sum_error_200", sum_200 / total},
          {"error_200", error_200 / (total / 200)},
          {"stated_error_200", std::sqrt(stated) / (total / 200)},
          {"seconds_200", taken}};
}

}  // namespace heed::bench
