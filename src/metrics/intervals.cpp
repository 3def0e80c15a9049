#include "metrics/intervals.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "base/random.h"
#include "metrics/checks.h"

namespace heed::metrics {
namespace {

void require_confidence(const std::string& what, double confidence) {
  require_in_range(what + ": confidence", confidence, 1e-6, 1 - 1e-9);
}

void require_share(const std::string& what, int64_t successes, int64_t trials) {
  require_at_least(what + ": successes", successes, 0);
  require_at_least(what + ": trials", trials, successes);
}

double beta_quantile(double a, double b, double share) {
  return boost::math::quantile(boost::math::beta_distribution<>(a, b), share);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

MeanInterval mean_interval(std::span<const double> values, double confidence) {
  require_at_least("mean interval: values", static_cast<int64_t>(values.size()), 2);
  require_finite("mean interval", values);
  require_confidence("mean interval", confidence);
  const auto count = static_cast<double>(values.size());
  MeanInterval result;
  result.mean = mean_of(values);
  double squares = 0;
  for (double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / (count - 1));
  const boost::math::students_t student(count - 1);
  const double reach =
      boost::math::quantile(student, 0.5 + confidence / 2) * result.deviation / std::sqrt(count);
  result.interval = {result.mean - reach, result.mean + reach};
  return result;
}

Interval wilson_interval(int64_t successes, int64_t trials, double confidence) {
  require_share("Wilson interval", successes, trials);
  require_confidence("Wilson interval", confidence);
  if (trials == 0) return {0, 1};
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double reach = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - reach), std::min(1.0, centre + reach)};
}

Interval clopper_pearson_interval(int64_t successes, int64_t trials, double confidence) {
  require_confidence("Clopper-Pearson interval", confidence);
  const double delta = (1 - confidence) / 2;
  // The lower bound is the mirror of the failures' upper bound.
  require_share("Clopper-Pearson interval", successes, trials);
  return {1 - clopper_pearson_upper(trials - successes, trials, delta),
          clopper_pearson_upper(successes, trials, delta)};
}

double clopper_pearson_upper(int64_t successes, int64_t trials, double delta) {
  require_share("Clopper-Pearson bound", successes, trials);
  require_in_range("Clopper-Pearson bound: delta", delta, 1e-12, 1 - 1e-9);
  if (successes == trials) return 1;
  return beta_quantile(static_cast<double>(successes) + 1, static_cast<double>(trials - successes),
                       1 - delta);
}

std::vector<double> bootstrap_figures(size_t rows, const FigureOfRows& figure,
                                      const BootstrapOptions& options) {
  require_at_least("bootstrap: rows", static_cast<int64_t>(rows), 1);
  require_at_least("bootstrap: resamples", options.resamples, 1);
  Random random(options.seed);
  std::vector<size_t> drawn(rows);
  std::vector<double> figures;
  for (int64_t i = 0; i < options.resamples; ++i) {
    for (size_t& row : drawn) row = static_cast<size_t>(random.below(rows));
    figures.push_back(figure(drawn));
  }
  return figures;
}

Interval bootstrap_interval(size_t rows, const FigureOfRows& figure, const BootstrapOptions& options) {
  require_confidence("bootstrap", options.confidence);
  const std::vector<double> figures = bootstrap_figures(rows, figure, options);
  const double tail = (1 - options.confidence) / 2;
  return {percentile(figures, tail), percentile(figures, 1 - tail)};
}

Interval bootstrap_mean_interval(std::span<const double> values, const BootstrapOptions& options) {
  require_finite("bootstrap", values);
  const auto mean_of_drawn = [&](std::span<const size_t> rows) {
    double sum = 0;
    for (size_t row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
  };
  return bootstrap_interval(values.size(), mean_of_drawn, options);
}

double percentile(std::span<const double> values, double share) {
  require_at_least("percentile: values", static_cast<int64_t>(values.size()), 1);
  require_in_range("percentile: share", share, 0, 1);
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace heed::metrics
