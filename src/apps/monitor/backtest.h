#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/monitor/ensemble.h"
#include "apps/monitor/simulate.h"

// How well alerts tell of events that are known: precision, recall and delay of each detector and of the
// ensemble, at the same rate of false alerts.
namespace heed::apps::monitor {

// A series with events in it, as the detectors saw it.
struct WatchedSeries {
  std::vector<Votes> votes;  // a bucket
  std::vector<InjectedEvent> events;
};

WatchedSeries watch_series(const SimulatedSeries& series, double bucket_hours);
// Simulated series of seeds `first` to `last`, watched; on several threads.
std::vector<WatchedSeries> watch_simulated(uint64_t first, uint64_t last, const SimulateOptions& options);

// What an alert is raised on: a score for each bucket of each series.
using Scores = std::vector<std::vector<double>>;

struct Judge {
  Event event = Event::negative_surge;
  size_t warm = 0;    // buckets at the beginning that are not judged
  size_t quiet = 12;  // a new alert not before the score has been below the threshold for so many buckets
  size_t grace = 12;  // buckets behind an event in which an alert still tells of it
};

struct Found {
  int64_t events = 0, hits = 0, alerts = 0, false_alerts = 0;
  std::vector<double> delays;  // of hits, in buckets

  double recall() const;
  double precision() const;  // of alerts; an event's second alert is neither right nor wrong
  double f1() const;
  double median_delay() const;  // NaN where there are no hits
};

Found judge_alerts(const std::vector<WatchedSeries>& series, const Scores& scores, double threshold,
                   const Judge& judge);

// The lowest threshold with at most `most` false alerts.
double threshold_for(const std::vector<WatchedSeries>& series, const Scores& scores, double most,
                     const Judge& judge);

// Something that alerts can be raised on, by name: each detector on each signal, the joint filter, the
// ensemble.
struct Scorer {
  std::string name;
  bool is_single = false;  // one detector on one signal
  Scores scores;
};
std::vector<Scorer> score_all(const std::vector<WatchedSeries>& series, const Ensemble& ensemble,
                              Event event);

// The votes' weights from series with events, and the rates of false alerts from series without.
Ensemble fit_ensemble(const std::vector<WatchedSeries>& series,
                      const std::vector<WatchedSeries>& quiet_series, const Judge& judge);

}  // namespace heed::apps::monitor
