#pragma once

#include <array>
#include <string>
#include <vector>

#include "apps/monitor/watch.h"
#include "base/json.h"

// The detectors' votes, weighed by a backtest.
namespace heed::apps::monitor {

// How many alerts a bucket a series on which nothing happens has at this threshold.
struct FalseRate {
  double score = 0.0, a_bucket = 0.0;
};

struct EventModel {
  std::vector<double> weights;   // [kWidth] of features()
  std::vector<FalseRate> rates;  // scores ascending

  // The score that is reached as often as `a_bucket` on a quiet series: between two of the rates, or beyond
  // the last one along their slope.
  double score_for(double a_bucket) const;
};

// A negative surge, and a volume burst: what detectors vote on.
struct Ensemble {
  static constexpr size_t kVoted = 2;
  std::array<EventModel, kVoted> models;

  // Log odds of the event, about: the joint filter's, which the detectors' votes move.
  double score(Event event, const Votes& votes) const;

  // What is weighed: the joint filter's log odds, and the square roots of every detector's score on every
  // signal, with their signs.
  static std::vector<double> features(const Votes& votes);
  static constexpr size_t kWidth = 3 + kSignals * kDetectors;

  // Throws corrupt_data with field and cure.
  static Ensemble parse(const Json& json, const std::string& where);
  Json to_json() const;
};

// The one that comes with the program: what `heed monitor backtest --fit` learned from simulated series.
const Ensemble& usual_ensemble();

}  // namespace heed::apps::monitor
