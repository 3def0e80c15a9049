#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace heed::metrics {

struct Interval {
  double lower = 0;
  double upper = 0;
};

struct MeanInterval {
  double mean = 0;
  double deviation = 0;  // of the sample, n - 1 below the line
  Interval interval;
};

// Mean over runs (seeds) with Student's interval: mean ± t * deviation / sqrt(n), t with n - 1 degrees of
// freedom. Throws invalid_argument on fewer than two values: one run says nothing about its own spread.
MeanInterval mean_interval(std::span<const double> values, double confidence = 0.95);

// Two-sided intervals of a share, `successes` of `trials`; no trials give [0, 1].
// Wilson's score interval: close to the asked coverage on average.
Interval wilson_interval(int64_t successes, int64_t trials, double confidence = 0.95);
// Clopper-Pearson: exact, at least the asked coverage.
Interval clopper_pearson_interval(int64_t successes, int64_t trials, double confidence = 0.95);

// One-sided: the share is at most this, except with probability `delta` (Clopper-Pearson).
double clopper_pearson_upper(int64_t successes, int64_t trials, double delta);

struct BootstrapOptions {
  int64_t resamples = 1000;
  double confidence = 0.95;
  uint64_t seed = 1;
};

// A figure of some of the rows; a row drawn twice is listed twice.
using FigureOfRows = std::function<double(std::span<const size_t> rows)>;

// Percentile interval of a figure over rows drawn with replacement (Efron 1979). Throws invalid_argument on
// no rows.
Interval bootstrap_interval(size_t rows, const FigureOfRows& figure, const BootstrapOptions& options = {});
Interval bootstrap_mean_interval(std::span<const double> values, const BootstrapOptions& options = {});

// The figure of each resample, in the order drawn: the same rows for the same count of rows and seed, so that
// two systems can be compared.
std::vector<double> bootstrap_figures(size_t rows, const FigureOfRows& figure,
                                      const BootstrapOptions& options);

// Linear interpolation between the sorted values; share from 0 to 1. Throws invalid_argument on no values.
double percentile(std::span<const double> values, double share);

}  // namespace heed::metrics
