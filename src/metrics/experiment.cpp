#include "metrics/experiment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

struct Moments {
  double mean = 0.0, variance = 0.0;
};

Moments moments_of(std::span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, squares / static_cast<double>(values.size() - 1)};
}

void check_group(const std::string& what, std::span<const double> values) {
  require_at_least(what + ": people", static_cast<int64_t>(values.size()), 2);
  require_finite(what, values);
}

Difference normal_difference(double value, double variance, double confidence) {
  const double deviation = std::sqrt(variance);
  const double reach = boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2) * deviation;
  Difference difference{.value = value, .interval = {value - reach, value + reach}};
  if (deviation > 0)
    difference.p_value =
        2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(value) / deviation));
  else
    difference.p_value = value == 0 ? 1.0 : 0.0;
  return difference;
}

double variance_of_difference(const Moments& a, size_t count_a, const Moments& b, size_t count_b) {
  return a.variance / static_cast<double>(count_a) + b.variance / static_cast<double>(count_b);
}

// Sums over both groups, each about its own means: the treatment's effect must not pass for a dependence.
double fit_theta(std::span<const double> y, std::span<const double> x, double& cross, double& square) {
  const Moments of_y = moments_of(y), of_x = moments_of(x);
  for (size_t i = 0; i < y.size(); ++i) {
    cross += (x[i] - of_x.mean) * (y[i] - of_y.mean);
    square += (x[i] - of_x.mean) * (x[i] - of_x.mean);
  }
  return square > 0 ? cross / square : 0.0;
}

std::vector<double> adjusted(std::span<const double> y, std::span<const double> x, double theta,
                             double centre) {
  std::vector<double> values;
  for (size_t i = 0; i < y.size(); ++i) values.push_back(y[i] - theta * (x[i] - centre));
  return values;
}

}  // namespace

Difference mean_difference(std::span<const double> treated, std::span<const double> control,
                           double confidence) {
  check_group("experiment: treated", treated);
  check_group("experiment: control", control);
  require_in_range("experiment: confidence", confidence, 1e-6, 1 - 1e-9);
  const Moments a = moments_of(treated), b = moments_of(control);
  return normal_difference(a.mean - b.mean, variance_of_difference(a, treated.size(), b, control.size()),
                           confidence);
}

AdjustedDifference cuped_difference(std::span<const double> treated, std::span<const double> treated_before,
                                    std::span<const double> control, std::span<const double> control_before,
                                    double confidence) {
  check_group("experiment: treated before", treated_before);
  check_group("experiment: control before", control_before);
  require_equal_lengths("experiment: treated and before", treated.size(), treated_before.size());
  require_equal_lengths("experiment: control and before", control.size(), control_before.size());
  const Difference plain = mean_difference(treated, control, confidence);
  double cross = 0.0, square = 0.0;
  fit_theta(treated, treated_before, cross, square);
  const double theta = fit_theta(control, control_before, cross, square);
  const double centre = (std::accumulate(treated_before.begin(), treated_before.end(), 0.0) +
                         std::accumulate(control_before.begin(), control_before.end(), 0.0)) /
                        static_cast<double>(treated_before.size() + control_before.size());
  AdjustedDifference result{mean_difference(adjusted(treated, treated_before, theta, centre),
                                            adjusted(control, control_before, theta, centre), confidence)};
  result.theta = theta;
  const double width = plain.interval.upper - plain.interval.lower,
               left = result.interval.upper - result.interval.lower;
  result.variance_left = width > 0 ? left * left / (width * width) : 1.0;
  return result;
}

SequentialTest::SequentialTest() : SequentialTest(Options()) {}
SequentialTest::SequentialTest(const Options& options) : options_(options) {
  require_in_range("sequential test: confidence", options.confidence, 1e-6, 1 - 1e-9);
  require_in_range("sequential test: scale", options.scale, 0, std::numeric_limits<double>::max());
  require_at_least("sequential test: least", options.least, 2);
}

double SequentialTest::spread() const {
  return treated_.variance() / static_cast<double>(treated_.count) +
         control_.variance() / static_cast<double>(control_.count);
}

// The variance of the normal over the differences that are looked for.
double SequentialTest::mixture(double spread) const {
  if (options_.scale > 0) return options_.scale * options_.scale;
  const double count =
      1 / (1 / static_cast<double>(treated_.count) + 1 / static_cast<double>(control_.count));
  return spread * count / 25;  // a fifth of a person's deviation
}

void SequentialTest::add(double value, Sums& sums) {
  require_finite("sequential test: value", std::span<const double>(&value, 1));
  ++sums.count;
  const double error = value - sums.mean;
  sums.mean += error / static_cast<double>(sums.count);
  sums.squares += error * (value - sums.mean);
  if (std::min(treated_.count, control_.count) < options_.least) return;
  const double v = spread(), tau = mixture(v), d = treated_.mean - control_.mean;
  if (v <= 0) return;
  // 1 / the likelihood ratio of the mixture against no difference.
  const double log_ratio = std::log(v / (v + tau)) / 2 + tau * d * d / (2 * v * (v + tau));
  p_value_ = std::min(p_value_, std::exp(-log_ratio));
}

Difference SequentialTest::difference() const {
  Difference result{.value = treated_.mean - control_.mean, .interval = {}, .p_value = p_value_};
  double reach = std::numeric_limits<double>::infinity();
  if (std::min(treated_.count, control_.count) >= options_.least && spread() > 0) {
    const double v = spread(), tau = mixture(v), alpha = 1 - options_.confidence;
    reach = std::sqrt(v * (v + tau) / tau * (std::log((v + tau) / v) - 2 * std::log(alpha)));
  }
  result.interval = {result.value - reach, result.value + reach};
  return result;
}

}  // namespace heed::metrics
