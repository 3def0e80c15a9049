#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/threads.h"
#include "economy/allocator.h"
#include "economy/exact.h"
#include "economy/problems.h"
#include "economy_rows.h"

namespace heed::bench {
namespace {

constexpr uint64_t kLargest = 1'000'000;  // people, 10 pairs each
constexpr double kPatience = 600;         // seconds for CLP
constexpr int kChanges = 21;

economy::Problem problem(uint64_t people, uint32_t items) {
  return economy::test::make_problem({.people = people, .items = items, .pairs = 10}, 7);
}

double peak_gigabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Solved {
  double seconds = 0, gap = 0, infeasibility = 0, value = 0;
};

// From the tables in memory to the answer: checks and set-up too.
Solved solve(uint64_t people) {
  economy::Problem tables = problem(people, 1000);
  const auto begin = std::chrono::steady_clock::now();
  economy::Allocator allocator(std::move(tables), {.parallel = on_threads(2)});
  const economy::Allocation found = allocator.solve();
  return {.seconds = seconds_since(begin),
          .gap = found.gap(),
          .infeasibility = found.infeasibility,
          .value = found.value};
}

// The least-squares slope of log seconds over log people: 1 is linear.
double exponent(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [people, seconds] : points) {
    x += std::log(people);
    y += std::log(seconds);
    xx += std::log(people) * std::log(people);
    xy += std::log(people) * std::log(seconds);
  }
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

// CLP at rising sizes until it takes longer than kPatience; the last that it finished.
std::vector<Figure> beside_clp() {
  double clp_seconds = 0, own_seconds = 0, pairs = 0;
  for (uint64_t people = 10'000; people <= kLargest; people *= 2) {
    try {
      const economy::Allocation exact = economy::solve_exactly(problem(people, 1000), {.seconds = kPatience});
      const Solved own = solve(people);
      if (own.value < exact.value * (1 - 1e-3) || own.value > exact.value * (1 + 1e-6))
        throw Error(ErrorCode::internal,
                    fmt::format("{} people: found {}, CLP {}", people, own.value, exact.value));
      clp_seconds = exact.seconds;
      own_seconds = own.seconds;
      pairs = 10.0 * static_cast<double>(people);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::deadline_exceeded) throw;
      break;
    }
  }
  return {once("times_clp", "at the largest that CLP solves in 10 minutes", clp_seconds / own_seconds),
          once("clp_pairs", "that size", pairs), once("clp_seconds", "CLP there", clp_seconds)};
}

}  // namespace

std::vector<Figure> economy_scale() {
  std::vector<std::pair<double, double>> points;
  Solved last;
  std::vector<Figure> figures;
  for (const uint64_t people : {10'000UL, 30'000UL, 100'000UL, 300'000UL, 1'000'000UL}) {
    last = solve(people);
    if (last.infeasibility > 1e-6)
      throw Error(ErrorCode::internal,
                  fmt::format("{} people: infeasible by {}", people, last.infeasibility));
    points.emplace_back(people, last.seconds);
    if (people < kLargest)
      figures.push_back(
          once(fmt::format("seconds_{}", 10 * people), fmt::format("{} pairs", 10 * people), last.seconds));
  }
  figures.insert(figures.begin(), {once("seconds", "10^7 pairs, 1000 limits", last.seconds),
                                   once("gap", "there", 100 * last.gap),
                                   once("peak_gigabytes", "of the process, its tables too", peak_gigabytes()),
                                   once("exponent", "of growth, 10^5 to 10^7", exponent(points))});
  const std::vector<Figure> clp = beside_clp();
  figures.insert(figures.end(), clp.begin(), clp.end());
  return figures;
}

std::vector<Figure> economy_resolve() {
  std::vector<double> milliseconds, gaps;
  double infeasibility = 0;
  economy::Allocator allocator(problem(10'000, 100), {.parallel = on_threads(2)});
  const economy::Allocation first = allocator.solve();
  std::vector<size_t> binding;
  for (size_t r = 0; r < first.limit_prices.size(); ++r) {
    if (first.limit_prices[r] > 1e-3) binding.push_back(r);
  }
  for (int k = 0; k < kChanges; ++k) {
    const size_t limit = binding.at(static_cast<size_t>(k) % binding.size());
    const double before = allocator.problem().limits[limit].at_most;
    const auto begin = std::chrono::steady_clock::now();
    allocator.set_limit(limit, 0, before / 2);
    const economy::Allocation found = allocator.solve();
    milliseconds.push_back(1e3 * seconds_since(begin));
    gaps.push_back(100 * found.gap());
    infeasibility = std::max(infeasibility, found.infeasibility);
    allocator.set_limit(limit, 0, before);
    allocator.solve();
  }
  const double worst_gap = *std::ranges::max_element(gaps);
  return {Figure{.key = "milliseconds",
                 .text = "a binding limit halved",
                 .value = spread_of(milliseconds),
                 .measured = std::nullopt,
                 .rounds = kChanges},
          once("gap", "worst", worst_gap), once("infeasibility", "worst, relative", infeasibility)};
}

}  // namespace heed::bench
