#pragma once

#include <array>
#include <cstddef>

// What one bucket's counts say together, over all the courses that an event could have taken.
namespace heed::apps::monitor {

// What was counted, and what is usual of it.
struct JointCounts {
  double negative = 0.0, others = 0.0;
  double usual = 1.0;  // of both together
  double share = 0.3;  // of negative ones, in the long run
  // Of the usual, beyond Poisson's: variance = mean + dispersion x mean^2. Shared by both counts, for it is
  // the day's interest that varies.
  double dispersion = 0.05;
};

// Forward filter of a hidden Markov model (Rabiner 1989): usual, a surge that multiplies the negative voices,
// a burst that multiplies all, relief that divides the negative ones. Counts are negative multinomial, so
// that a bucket in which both rose tells little of a surge, and one in which the negative ones alone did
// tells much; now and then a few voices more come in one bucket alone: copies that passed for voices. A surge
// that ended is remembered for a while, for what came behind it tells of it too. The usual share drifts; it
// is followed on its log odds (a Kalman filter), as far as the state is one that leaves it alone.
class SurgeFilter {
 public:
  // Log odds that this is so in the latest bucket, or of a surge: was shortly before.
  struct Odds {
    double surge = 0.0, burst = 0.0, relief = 0.0;
  };
  SurgeFilter() { probability_[0] = 1; }
  Odds update(const JointCounts& counts);

  // How likely the latest bucket is as it usually is: in its share of negative ones, and in its volume.
  double share_is_usual() const;
  double volume_is_usual() const;

  // The usual share of now, where that of the long run is `share`.
  double usual_share(double share) const;

  static constexpr size_t kSurges = 5, kBursts = 4, kReliefs = 2, kAfter = 1;
  static constexpr size_t kStates = 1 + kSurges + kBursts + kReliefs + kAfter;

 private:
  void move();
  void weigh(const JointCounts& counts);
  void follow_share(const JointCounts& counts);

  std::array<double, kStates> probability_{};
  double drift_ = 0.0, drift_variance_ = 0.04;  // of the share's log odds
};

}  // namespace heed::apps::monitor
