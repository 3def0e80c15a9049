#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/monitor/alert.h"
#include "apps/monitor/event_clock.h"
#include "apps/monitor/policy.h"
#include "apps/monitor/recent.h"
#include "apps/monitor/series.h"
#include "apps/monitor/story.h"

// The watch over all of opinion: messages in, what must be kept out. It reads no clock and no file: the same
// messages in the same order give the same alerts, live or replayed, whatever batches they came in.
namespace heed::apps::monitor {

struct MonitorOptions {
  int64_t bucket_minutes = 60;  // of detection: 1, 60 or 1440
  double alerts_a_day = 10;
  EventClock::Options clock{};
  SeriesSet::Options series{};  // bucket_minutes as above
  RecentMessages::Options recent{};
};

// What has come in, since the beginning.
struct MessageCounts {
  int64_t messages = 0;    // counted in trends
  int64_t copies = 0;      // of those: near-duplicates of earlier ones
  int64_t late = 0;        // behind the watermark: kept, not counted
  int64_t ahead = 0;       // from a clock that is not believed: kept, not counted
  int64_t duplicates = 0;  // an id that was there before: dropped
  int64_t unreadable = 0;  // put aside as dead letters
  int64_t suppressed = 0;  // alerts that the budget had no room for

  bool operator==(const MessageCounts&) const = default;
};
Json to_json(const MessageCounts& counts);

// A message as it is kept.
struct KeptMessage {
  Understood understood;
  std::string fate;     // "counted", "late" or "ahead"
  uint64_t number = 0;  // of those that are counted
  uint64_t cluster = 0;
  bool is_voice = true;
};

// An alert as it was then.
struct AlertStep {
  enum class Kind { raised, grown, ended };
  Kind kind = Kind::raised;
  Alert alert;
};

// What a batch changes, to be kept all together or not at all.
struct Changes {
  std::vector<KeptMessage> messages;
  CountRows counts;
  std::vector<AlertStep> alerts;          // in their order
  std::map<std::string, WordRate> words;  // whose rates have changed
};

class Monitor {
 public:
  // `ensemble` outlives it; `read` may be null.
  Monitor(const MonitorOptions& options, const Ensemble& ensemble, ReadTexts read);

  // Messages whose ids are new, in order; then buckets that the watermark has passed close.
  Changes apply(std::vector<Understood> messages);
  // No more will come: closes the buckets that hold something, as if an hour had passed.
  Changes finish();

  void count_duplicates(int64_t count) { counts_.duplicates += count; }
  void count_unreadable(int64_t count) { counts_.unreadable += count; }
  const MessageCounts& counts() const { return counts_; }
  const EventClock& clock() const { return clock_; }
  const SeriesSet& series() const { return series_; }
  const AlertPolicy& policy() const { return policy_; }
  const MonitorOptions& options() const { return options_; }
  // How the threshold of an event stands now.
  double threshold(Event event) const { return policy_.threshold(event, series_.watched()); }

  // What is small of its state; the rest comes back from what was kept.
  Json state() const;
  // In this order, on a new one: rows of counts of the detection's unit, all and in the order of their time,
  // and the messages of the recent window in the order in which they came; then the state that was kept with
  // them and the alerts that go on.
  void restore_counts(const CellBucket& cell, const Counts& counts, int64_t next_close_us);
  void restore_message(KeptMessage message);
  void restore_word(const std::string& word, const WordRate& rate) { stories_.restore_word(word, rate); }
  void restore_state(const Json& state, const std::string& where, std::vector<Alert> open);

 private:
  void add_story(const Message& message);
  void close(Changes& changes, int64_t watermark_us);
  void decide(int64_t begin_us, const std::vector<ClosedSeries>& closed, Changes& changes);

  MonitorOptions options_;
  const Ensemble& ensemble_;
  ReadTexts read_;
  EventClock clock_;
  RecentMessages recent_;
  SeriesSet series_;
  StoryWatch stories_;
  AlertPolicy policy_;
  MessageCounts counts_;
  std::map<std::string, Alert> open_;  // by id
  bool closed_any_ = false;            // buckets
};

}  // namespace heed::apps::monitor
