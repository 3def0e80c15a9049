#include "economy/attribution.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr int kMaxSweeps = 10'000;
constexpr double kConverged = 1e-12;

double checked(double value) {
  if (std::isfinite(value)) return value;
  throw Error(ErrorCode::invalid_argument, "attribution: expected finite values of sets, found another");
}

void check_players(int64_t players) {
  if (players < 1)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("attribution: expected at least 1 player, found {}", players));
}

// Adds to each player what it contributes where it joins, in this order.
void walk(std::span<const size_t> order, const CoalitionValue& value, double none,
          std::vector<double>& contributions) {
  std::vector<uint8_t> members(order.size(), 0);
  double before = none;
  for (const size_t player : order) {
    members[player] = 1;
    const double after = checked(value(members));
    contributions[player] += after - before;
    before = after;
  }
}

// A chain of states 0 (start), 1 (conversion), 2 (none), 3 ... (touches): how likely each leads to each.
struct Chain {
  std::vector<std::string> touches;
  std::vector<std::map<size_t, double>> moves;

  // Probability that the start leads to a conversion where state `removed` leads to none.
  double conversion(size_t removed) const;
};

Chain fit_chain(std::span<const Path> paths) {
  Chain chain;
  std::map<std::string, size_t> places;
  for (const Path& path : paths) {
    for (const std::string& touch : path.touches) places.emplace(touch, 0);
  }
  for (auto& [touch, place] : places) {
    place = chain.touches.size() + 3;
    chain.touches.push_back(touch);
  }
  chain.moves.resize(chain.touches.size() + 3);
  for (const Path& path : paths) {
    size_t at = 0;
    for (const std::string& touch : path.touches) {
      const size_t next = places.at(touch);
      chain.moves[at][next] += static_cast<double>(path.count);
      at = next;
    }
    chain.moves[at][path.value > 0 ? 1 : 2] += static_cast<double>(path.count);
  }
  for (auto& moves : chain.moves) {
    double sum = 0.0;
    for (const auto& [next, count] : moves) sum += count;
    for (auto& [next, count] : moves) count /= sum;
  }
  return chain;
}

// Gauss-Seidel sweeps: from the start a conversion is the only way that is worth 1, so they rise to the
// answer.
double Chain::conversion(size_t removed) const {
  std::vector<double> reach(moves.size(), 0.0);
  reach[1] = 1.0;
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    double change = 0.0;
    for (size_t state = moves.size(); state-- > 0;) {
      if (state == 1 || state == 2 || state == removed) continue;
      double sum = 0.0;
      for (const auto& [next, probability] : moves[state]) sum += probability * reach[next];
      change = std::max(change, std::abs(sum - reach[state]));
      reach[state] = sum;
    }
    if (change < kConverged) break;
  }
  return reach[0];
}

void check_paths(std::span<const Path> paths) {
  if (paths.empty()) throw Error(ErrorCode::invalid_argument, "attribution: expected paths, found none");
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!(paths[i].value >= 0) || !std::isfinite(paths[i].value) || paths[i].count < 1) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("paths[{}]: expected a value of at least 0 and a count of at least 1, found {} and {}",
                      i, paths[i].value, paths[i].count));
    }
  }
}

}  // namespace

Attribution exact_shapley(int64_t players, const CoalitionValue& value) {
  check_players(players);
  if (players > kMaxExactPlayers) {
    throw Error(
        ErrorCode::too_large,
        fmt::format("attribution: expected at most {} players for exact shares, found {}; sample them",
                    kMaxExactPlayers, players));
  }
  const auto n = static_cast<size_t>(players);
  std::vector<double> of_set(size_t{1} << n);
  std::vector<uint8_t> members(n);
  for (size_t set = 0; set < of_set.size(); ++set) {
    for (size_t i = 0; i < n; ++i) members[i] = (set >> i) & 1;
    of_set[set] = checked(value(members));
  }
  // s! (n - s - 1)! / n! for a set of s others.
  std::vector<double> weight(n);
  for (size_t s = 0; s < n; ++s)
    weight[s] =
        std::exp(std::lgamma(s + 1.0) + std::lgamma(static_cast<double>(n - s)) - std::lgamma(n + 1.0));
  Attribution attribution{.shares = std::vector<double>(n, 0.0), .errors = std::vector<double>(n, 0.0)};
  for (size_t set = 0; set < of_set.size(); ++set) {
    const auto size = static_cast<size_t>(__builtin_popcountll(set));
    for (size_t i = 0; i < n; ++i) {
      if (((set >> i) & 1) == 0)
        attribution.shares[i] += weight[size] * (of_set[set | (size_t{1} << i)] - of_set[set]);
    }
  }
  return attribution;
}

Attribution sampled_shapley(int64_t players, const CoalitionValue& value, const SampleOptions& options) {
  check_players(players);
  if (options.orders < 2)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("attribution: expected at least 2 orders, found {}", options.orders));
  const auto n = static_cast<size_t>(players);
  const double none = checked(value(std::vector<uint8_t>(n, 0)));
  Random random(options.seed);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::vector<double> sums(n, 0.0), squares(n, 0.0);
  for (int64_t i = 0; i < options.orders; ++i) {
    random.shuffle(order);
    std::vector<double> pair(n, 0.0);
    walk(order, value, none, pair);
    std::ranges::reverse(order);
    walk(order, value, none, pair);
    for (size_t p = 0; p < n; ++p) {
      sums[p] += pair[p] / 2;
      squares[p] += pair[p] / 2 * (pair[p] / 2);
    }
  }
  const auto count = static_cast<double>(options.orders);
  Attribution attribution;
  for (size_t p = 0; p < n; ++p) {
    const double mean = sums[p] / count;
    const double variance = std::max(0.0, squares[p] / count - mean * mean) / (count - 1);
    attribution.shares.push_back(mean);
    attribution.errors.push_back(std::sqrt(variance));
  }
  return attribution;
}

std::vector<TouchShare> markov_removal(std::span<const Path> paths) {
  check_paths(paths);
  const Chain chain = fit_chain(paths);
  double total = 0.0;
  for (const Path& path : paths) total += path.value * static_cast<double>(path.count);
  const double whole = chain.conversion(chain.moves.size());
  std::vector<TouchShare> shares;
  double effects = 0.0;
  for (size_t i = 0; i < chain.touches.size(); ++i) {
    const double effect = whole > 0 ? 1.0 - chain.conversion(i + 3) / whole : 0.0;
    shares.push_back({.touch = chain.touches[i], .share = 0.0, .removal_effect = std::max(0.0, effect)});
    effects += shares.back().removal_effect;
  }
  for (TouchShare& one : shares) one.share = effects > 0 ? total * one.removal_effect / effects : 0.0;
  return shares;
}

}  // namespace heed::economy
