#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

// Five ways to see that a series has changed. Each is told one residual a bucket, about standard normal while
// nothing happens, and answers with a score that grows with the evidence of a rise.
namespace heed::apps::monitor {

// Exponentially weighted mean, in its own deviations (Roberts 1959).
class Ewma {
 public:
  explicit Ewma(double weight = 0.25) : weight_(weight) {}
  double update(double residual);

 private:
  double weight_, mean_ = 0.0;
};

// max(0, S + r - slack) (Page 1954).
class Cusum {
 public:
  explicit Cusum(double slack = 0.5) : slack_(slack) {}
  double update(double residual);

 private:
  double slack_, sum_ = 0.0;
};

// How far the cumulated sum of r - mean - slack is above its least (Hinkley 1971), with a slowly moving mean,
// so that a level that stays is forgiven.
class PageHinkley {
 public:
  explicit PageHinkley(double slack = 0.25, double forget = 0.005) : slack_(slack), forget_(forget) {}
  double update(double residual);

 private:
  double slack_, forget_, mean_ = 0.0, sum_ = 0.0;
};

// Bayesian online change point (arXiv:0710.3742), normal with a known deviation: log odds that the last
// `recent` buckets hold a change to a greater mean.
class BayesianChange {
 public:
  struct Options {
    double hazard = 1.0 / 200;   // probability of a change in a bucket
    double prior_deviation = 2;  // of a new mean about 0
    size_t recent = 24;          // run lengths that count as new
    size_t most = 64;            // run lengths that are kept apart; longer ones are one
  };
  BayesianChange();
  explicit BayesianChange(const Options& options);
  double update(double residual);

 private:
  struct Run {
    float log_probability = 0.0F, sum = 0.0F;
  };
  Options options_;
  std::vector<Run> runs_;  // by their length, from 0
};

// Kleinberg's bursts (2002), two states: usual, and `factor` times as many; entering and leaving the burst
// have a cost. By how much the cheapest way that is in the burst now is cheaper than that outside, from
// counts and what was expected.
class KleinbergBurst {
 public:
  explicit KleinbergBurst(double factor = 2.0, double enter = 3.0, double leave = 10.0)
      : factor_(factor), enter_(enter), leave_(leave) {}
  // `overdispersion`: variance over mean, by which the counts tell less.
  double update(double count, double expected, double overdispersion);

 private:
  double factor_, enter_, leave_, lead_ = 0.0;
};

// All of them on one series of residuals.
inline constexpr size_t kDetectors = 5;
inline constexpr std::array<std::string_view, kDetectors> kDetectorNames = {"ewma", "cusum", "page_hinkley",
                                                                            "bayesian_change", "kleinberg"};
using DetectorScores = std::array<double, kDetectors>;

struct Observation {
  double residual = 0.0;
  double count = 0.0, expected = 1.0, overdispersion = 1.0;
};

class Detectors {
 public:
  DetectorScores update(const Observation& observation);

 private:
  Ewma ewma_;
  Cusum cusum_;
  PageHinkley page_hinkley_;
  BayesianChange bayesian_;
  KleinbergBurst kleinberg_;
};

}  // namespace heed::apps::monitor
