#include "apps/monitor/detectors.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed::apps::monitor {
namespace {

// One bucket alone, or a clock that stood still, must not decide for hours.
constexpr double kGreatestResidual = 12;
constexpr double kGreatestOdds = 30;

double log_add(double a, double b) {
  const double greater = std::max(a, b);
  return greater + std::log1p(std::exp(-std::abs(a - b)));
}

// log of the standard normal's share above -x.
double log_normal_share(double x) {
  if (x < -8) return -x * x / 2 - std::log(-x * std::sqrt(2 * std::numbers::pi));
  return std::log(std::erfc(-x / std::numbers::sqrt2) / 2);
}

}  // namespace

double Ewma::update(double residual) {
  mean_ += weight_ * (residual - mean_);
  return mean_ / std::sqrt(weight_ / (2 - weight_));
}

double Cusum::update(double residual) {
  sum_ = std::max(0.0, sum_ + residual - slack_);
  return sum_;
}

double PageHinkley::update(double residual) {
  sum_ = std::max(0.0, sum_ + residual - mean_ - slack_);
  mean_ += forget_ * (residual - mean_);
  return sum_;
}

BayesianChange::BayesianChange() : BayesianChange(Options()) {}
BayesianChange::BayesianChange(const Options& options) : options_(options) { runs_.push_back({}); }

// A run of length n whose residuals sum to s has, as its mean, a normal with precision p0 + n and mean
// s / (p0 + n), where p0 = 1 / prior_deviation^2; the old state has mean 0.
double BayesianChange::update(double residual) {
  const double prior = 1 / (options_.prior_deviation * options_.prior_deviation);
  const double grow = std::log1p(-options_.hazard), change = std::log(options_.hazard);
  double changed = -1e300;
  for (size_t length = 0; length < runs_.size(); ++length) {
    Run& run = runs_[length];
    const double precision = prior + static_cast<double>(length);
    const double variance = 1 + 1 / precision;
    const double error = residual - run.sum / precision;
    const double seen = run.log_probability - error * error / (2 * variance) - std::log(variance) / 2;
    changed = log_add(changed, seen + change);
    run.log_probability = static_cast<float>(seen + grow);
    run.sum += static_cast<float>(residual);
  }
  runs_.insert(runs_.begin(), Run{.log_probability = static_cast<float>(changed)});
  if (runs_.size() > options_.most) {
    Run& last = runs_[options_.most - 1];
    last.log_probability = static_cast<float>(log_add(last.log_probability, runs_.back().log_probability));
    runs_.pop_back();
  }
  double total = -1e300;
  for (const Run& run : runs_) total = log_add(total, run.log_probability);
  double risen = -1e300, rest = -1e300;
  for (size_t length = 0; length < runs_.size(); ++length) {
    Run& run = runs_[length];
    run.log_probability -= static_cast<float>(total);
    const double precision = prior + static_cast<double>(length);
    // The new mean is above one deviation of a bucket.
    const double above = log_normal_share((run.sum / precision - 1) * std::sqrt(precision));
    const bool is_new = length > 0 && length <= options_.recent;
    if (is_new) risen = log_add(risen, run.log_probability + above);
    rest =
        log_add(rest, run.log_probability + (is_new ? std::log(std::max(1e-300, -std::expm1(above))) : 0.0));
  }
  return std::clamp(risen - rest, -kGreatestOdds, kGreatestOdds);
}

double KleinbergBurst::update(double count, double expected, double overdispersion) {
  const double gain = (count * std::log(factor_) - expected * (factor_ - 1)) / std::max(1.0, overdispersion);
  lead_ = std::clamp(lead_ + gain, -enter_, leave_);
  return lead_;
}

DetectorScores Detectors::update(const Observation& observation) {
  const double residual = std::clamp(observation.residual, -kGreatestResidual, kGreatestResidual);
  return {ewma_.update(residual), cusum_.update(residual), page_hinkley_.update(residual),
          bayesian_.update(residual),
          kleinberg_.update(observation.count, observation.expected, observation.overdispersion)};
}

}  // namespace heed::apps::monitor
