#pragma once

#include <array>
#include <cstdint>

// What is usual for a series of counts at this hour of this day of the week, learned as it goes.
namespace heed::apps::monitor {

inline constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;

// Where a moment stands in the day and the week, UTC: 0 to 23, and 0 (Monday) to 6.
struct Season {
  int hour = 0;
  int day = 0;
};
Season season_of(int64_t ts_us);

struct BaselineOptions {
  double half_life_days = 21;  // how fast what was counted is forgotten
  double prior_days = 2;  // how many days of its own a series needs to count as much as what it starts from
  double clip = 4;  // deviations above the usual that are still learned from: a surge is not the new usual
};

// Counts of a bucket of fixed length, expected as level x hour x day, each factor a gamma-Poisson mean of
// what was counted and what the prior says. A new series starts from another's factors (those of all topics
// together), so that its first hours are judged by a season it has not seen.
class Baseline {
 public:
  explicit Baseline(double bucket_hours = 1.0, const BaselineOptions& options = {});

  // Takes the factors of `other` as prior, and its dispersion; the level is its own.
  void start_from(const Baseline& other);

  double expected(int64_t ts_us) const;
  // Of the count about what is expected: Poisson's, and what the counts vary beyond it.
  double variance(int64_t ts_us) const;
  // How many deviations `count` is above what is expected (Anscombe's square root, so that small counts are
  // nearly normal too).
  double residual(int64_t ts_us, double count) const;

  void learn(int64_t ts_us, double count);

  double buckets() const { return seen_; }  // learned from, forgotten ones included

 private:
  struct Sum {
    double counted = 0.0, expected = 0.0;
  };
  double factor(const Sum& sum, double prior) const;
  double level() const;

  BaselineOptions options_;
  double bucket_hours_, decay_;
  Sum level_;
  std::array<Sum, 24> hours_{};
  std::array<Sum, 7> days_{};
  std::array<double, 24> prior_hours_{};
  std::array<double, 7> prior_days_{};
  double excess_ = 0.0,
         excess_weight_ = 0.0;  // of squared errors above Poisson's, in squares of what was expected
  double prior_dispersion_ = 0.05;
  double seen_ = 0.0;
};

// The share of negative ones among what was counted, likewise.
class ShareBaseline {
 public:
  explicit ShareBaseline(double bucket_hours = 1.0, const BaselineOptions& options = {});
  void start_from(const ShareBaseline& other);

  double expected() const;
  // How many deviations `negative` of `count` is above what is expected; 0 for a count of 0.
  double residual(double negative, double count) const;
  void learn(double negative, double count);

 private:
  BaselineOptions options_;
  double decay_;
  double negative_ = 0.0, count_ = 0.0;
  double prior_share_ = 0.3, prior_count_ = 20;
  double spread_ = 1.0;  // mean square of residuals: above 1 where shares vary beyond the binomial
};

}  // namespace heed::apps::monitor
