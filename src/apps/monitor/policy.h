#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/monitor/ensemble.h"
#include "apps/monitor/series.h"
#include "base/json.h"

// How many alerts people can read, and which of what the detectors see is worth one.
namespace heed::apps::monitor {

enum class Severity { warning, high, critical };
std::string_view to_string(Severity severity);

// One series in one bucket, with the log odds of an event.
struct Candidate {
  SeriesKey key;
  Event event = Event::negative_surge;
  double log_odds = 0.0;                // of a story: its score
  std::vector<std::string> words = {};  // of a story
};

// What belongs together: one alert.
struct Incident {
  int64_t begin_us = 0;  // of the bucket in which it was raised
  Event event = Event::negative_surge;
  SeriesKey lead;                          // the series that showed it most clearly when it was raised
  std::vector<SeriesKey> members;          // others that show it, those that joined later behind
  double log_odds = 0.0, threshold = 0.0;  // when it was raised
  double peak = 0.0;                       // the greatest since
  std::vector<std::string> words;          // of a story
  int64_t quiet = 0;                       // buckets in a row in which no member was near the threshold
};

struct Decisions {
  std::vector<Incident> raised, grown, ended;
  std::vector<bool> stronger;  // of grown: its severity has risen, so that this bucket shows it best
  int64_t suppressed = 0;      // candidates above the threshold for which no alert was left
};

// Chooses thresholds that keep at most `alerts_a_day`. The first guess comes from the ensemble's rates of
// false alerts on quiet series, for as many series as are watched; then it moves with what was raised (each
// day's alerts above or below what is allowed); but what is no likelier than not is never worth an alert.
// Beside it an account, paid into as time passes, that no alert can overdraw but by two for what is critical:
// in the long run there cannot be more, whatever the data. One bucket after another; the same candidates give
// the same alerts.
class AlertPolicy {
 public:
  struct Options {
    double alerts_a_day = 10;
    double bucket_hours = 1;
    int64_t quiet_buckets = 6;  // an incident ends when it has been quiet for so long
  };
  AlertPolicy(const Options& options, const Ensemble& ensemble);

  // What to do about the series of a bucket that has closed; `series`: how many are watched.
  Decisions close(int64_t begin_us, std::vector<Candidate> candidates, size_t series);

  double threshold(Event event, size_t series) const;
  double account() const { return account_; }
  const std::vector<Incident>& open() const { return open_; }

  Json to_json() const;
  void restore(const Json& json, const std::string& where);

 private:
  void learn_day(int64_t begin_us);
  bool may_raise(double margin) const;
  void see_open(const std::vector<Candidate>& candidates, size_t series, Decisions& decisions);

  Options options_;
  const Ensemble& ensemble_;
  double account_ = 0.0;
  double shift_ = 0.0;  // of thresholds, in log odds
  int64_t day_ = INT64_MIN;
  double wanted_ = 0.0;  // alerts of the day, those that were suppressed too
  std::vector<Incident> open_;
};

// Whether an alert of one tells of the other too: in topic and entity they are the same, or one of them is
// all.
bool are_related(const SeriesKey& a, const SeriesKey& b);
Severity severity_of(double log_odds, double threshold);

}  // namespace heed::apps::monitor
