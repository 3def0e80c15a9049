#pragma once

#include <cstdint>
#include <span>

#include "metrics/intervals.h"

namespace heed::metrics {

// Two groups of people, one of which was treated: what did it do?

struct Difference {
  double value = 0.0;  // mean of the treated less mean of the others
  Interval interval;   // normal, unequal variances (Welch)
  double p_value = 1.0;
};

// Throws invalid_argument on fewer than two values of a group, or values not finite.
Difference mean_difference(std::span<const double> treated, std::span<const double> control,
                           double confidence = 0.95);

// What was measured of each before the experiment takes away what they differed in anyway (CUPED, Deng et al.
// 2013, eq. 4): y - theta (x - mean x), theta = cov(x, y) / var(x) over both groups.
struct AdjustedDifference : Difference {
  double theta = 0.0;
  double variance_left = 1.0;  // share of the plain difference's variance
};
AdjustedDifference cuped_difference(std::span<const double> treated, std::span<const double> treated_before,
                                    std::span<const double> control, std::span<const double> control_before,
                                    double confidence = 0.95);

// A test that may be looked at after every person and stopped at any time: the probability of ever rejecting
// a true null is at most 1 - confidence (mixture sequential probability ratio test, arXiv:1512.04922 eq. 11,
// with estimated variances: valid for large n, so nothing is said before `least` people of each group).
class SequentialTest {
 public:
  struct Options {
    double confidence = 0.95;
    double scale = 0.0;  // deviation of the differences that are looked for; 0: a fifth of that of a person
    int64_t least = 30;  // people of each group before anything is said
  };
  SequentialTest();
  explicit SequentialTest(const Options& options);

  void add_treated(double value) { add(value, treated_); }
  void add_control(double value) { add(value, control_); }

  double p_value() const { return p_value_; }  // never rises
  bool is_decided() const { return p_value_ <= 1 - options_.confidence; }
  // Holds the difference at all times together; infinite before it can be said.
  Difference difference() const;

 private:
  struct Sums {
    int64_t count = 0;
    double mean = 0.0, squares = 0.0;  // Welford's
    double variance() const { return count > 1 ? squares / static_cast<double>(count - 1) : 0.0; }
  };
  void add(double value, Sums& sums);
  double spread() const;  // variance of the difference of means
  double mixture(double spread) const;

  Options options_;
  Sums treated_, control_;
  double p_value_ = 1.0;
};

}  // namespace heed::metrics
