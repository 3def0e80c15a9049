#include "in_turn.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace heed::bench {
namespace {

constexpr double kLeastSeconds =
    0.1;  // of one side in a round: thousands of times what reading the clock costs
constexpr double kWantedSeconds = 5;  // of all rounds
constexpr double kLeastRounds = 5;
constexpr double kMostRounds = 15;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds_of(const Work& work, int calls) {
  const double begin = processor_seconds();
  for (int i = 0; i < calls; ++i) work();
  return (processor_seconds() - begin) / calls;
}

// Of the second of two calls: the first one fills caches and allocates.
int calls_in_a_round(const Work& work) {
  work();
  const double once = std::max(seconds_of(work, 1), 1e-7);
  return static_cast<int>(std::ceil(kLeastSeconds / once));
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

std::vector<double> seconds_of_calls(const Work& work) {
  constexpr int kLeastCalls = 5;
  std::vector<double> seconds(std::max(calls_in_a_round(work), kLeastCalls));
  for (double& call : seconds) call = seconds_of(work, 1);
  return seconds;
}

InTurn time_in_turn(const Work& limit, const Work& own) {
  const int limit_calls = calls_in_a_round(limit);
  const int own_calls = calls_in_a_round(own);
  std::vector<double> limits, owns, ratios;
  double wanted = kLeastRounds;
  while (static_cast<double>(ratios.size()) < wanted) {
    limits.push_back(seconds_of(limit, limit_calls));
    owns.push_back(seconds_of(own, own_calls));
    ratios.push_back(owns.back() / limits.back());
    if (ratios.size() > 1) continue;
    const double round = limits.back() * limit_calls + owns.back() * own_calls;
    wanted = std::clamp(kWantedSeconds / round, kLeastRounds, kMostRounds);
  }
  return {spread_of(limits).median, spread_of(owns).median, spread_of(ratios),
          static_cast<int>(ratios.size())};
}

}  // namespace heed::bench
