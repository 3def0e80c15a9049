#pragma once

#include <span>
#include <vector>

#include "economy/coupling.h"
#include "economy/people_pass.h"

namespace heed::economy {

// How far use is from what its price says, both in value.
struct Residual {
  double slack = 0;  // priced, and not used
  double over = 0;   // used beyond the limit, or short of the floor, at the mean value of a unit
};

// What ascent must know of a problem's scale.
struct AscentScale {
  double value = 1;                // of a pair
  double minutes = 1;              // of a pair
  std::span<const double> counts;  // use of each limit where every pair is chosen
};

// The prices of limits on their way up: one accelerated step at a time, each scaled by how steeply use falls.
class PriceAscent {
 public:
  PriceAscent(const Problem& problem, const Coupling& coupling, AscentScale scale,
              std::vector<double> prices);

  // Where the next pass looks.
  const std::vector<double>& at() const { return at_; }
  const std::vector<double>& prices() const { return prices_; }
  // sum of at_most l (l > 0) and at_least l (l < 0) at at().
  double limit_term() const;
  // Takes a pass at at(), and moves on: from there, or where the step that led there was clearly too long
  // (`smoothed`, limit_term() included, rose) once more from where it began, shorter.
  Residual step(const PassTotals& totals, double smoothed);
  // Longer steps, `by` times, from near the goal: slopes do not see that budgets' prices give way.
  void hurry(double by) { least_brake_ = brake_ = 1 / by; }
  // A new stage: no momentum, and nothing to go back to.
  void restart();

 private:
  struct Point {  // what a pass found
    std::vector<double> at, use, slope;
    double smoothed = 0;
  };
  Residual measure(const PassTotals& totals);
  void move(const Point& from);
  void extrapolate();

  const Problem& problem_;
  const Coupling& coupling_;
  AscentScale scale_;
  std::vector<double> prices_, before_, at_;
  std::vector<double> damping_, last_move_;  // a limit whose price swings takes shorter steps
  int momentum_ = 0;
  bool has_last_ = false;
  Point last_;                          // the last pass whose step was kept
  double least_brake_ = 1, brake_ = 1;  // of every step, where they were too long
};

}  // namespace heed::economy
