#include "metrics/significance.h"

#include <cmath>
#include <numeric>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

Interval middle_of(std::span<const double> figures, double confidence) {
  const double tail = (1 - confidence) / 2;
  return {percentile(figures, tail), percentile(figures, 1 - tail)};
}

std::vector<double> differences(std::span<const double> system, std::span<const double> baseline) {
  std::vector<double> result;
  for (size_t i = 0; i < system.size(); ++i) result.push_back(system[i] - baseline[i]);
  return result;
}

double two_sided_p(std::span<const double> draws, double seen) {
  const double centre = std::accumulate(draws.begin(), draws.end(), 0.0) / static_cast<double>(draws.size());
  int64_t as_large = 0;
  for (double draw : draws) as_large += std::abs(draw - centre) >= std::abs(seen);
  return static_cast<double>(as_large + 1) / static_cast<double>(draws.size() + 1);
}

template <class Statistics>
Statistics sum_of(std::span<const Statistics> lines, std::span<const size_t> rows) {
  Statistics sums;
  for (size_t row : rows) sums += lines[row];
  return sums;
}

}  // namespace

PairedComparison paired_bootstrap(size_t rows, const FigureOfRows& baseline, const FigureOfRows& system,
                                  const BootstrapOptions& options) {
  require_in_range("paired bootstrap: confidence", options.confidence, 1e-6, 1 - 1e-9);
  const std::vector<double> baseline_draws = bootstrap_figures(rows, baseline, options);
  const std::vector<double> system_draws = bootstrap_figures(rows, system, options);
  const std::vector<double> gains = differences(system_draws, baseline_draws);

  std::vector<size_t> all(rows);
  std::iota(all.begin(), all.end(), size_t{0});
  PairedComparison result;
  result.baseline = baseline(all);
  result.system = system(all);
  result.baseline_interval = middle_of(baseline_draws, options.confidence);
  result.system_interval = middle_of(system_draws, options.confidence);
  result.difference_interval = middle_of(gains, options.confidence);
  int64_t wins = 0;
  for (double gain : gains) wins += gain > 0;
  result.win_rate = static_cast<double>(wins) / static_cast<double>(gains.size());
  result.p_value = two_sided_p(gains, result.system - result.baseline);
  return result;
}

FigureOfRows bleu_of_rows(std::span<const BleuStatistics> lines, const BleuOptions& options) {
  return [lines, options](std::span<const size_t> rows) {
    return bleu_from_statistics(sum_of(lines, rows), options).score;
  };
}

FigureOfRows chrf_of_rows(std::span<const ChrfStatistics> lines, const ChrfOptions& options) {
  return [lines, options](std::span<const size_t> rows) {
    return chrf_from_statistics(sum_of(lines, rows), options).score;
  };
}

FigureOfRows mean_of_rows(std::span<const double> values) {
  return [values](std::span<const size_t> rows) {
    double sum = 0;
    for (size_t row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
  };
}

}  // namespace heed::metrics
