#pragma once

#include <cstdint>

#include "base/json.h"

// Where the messages' own time stands. The wall clock has no part in it, so that a recording replayed gives
// what it gave live.
namespace heed::apps::monitor {

// The clock is at the latest time of a message that was believed. One whose time is more than `max_jump`
// ahead of it is not believed until `agreeing` such ones in a row agree within max_jump: a broken clock must
// not close every bucket, and a source that was silent for a month must not be shut out. Until as many
// messages were believed as that, those behind by more may turn it back in the same way.
class EventClock {
 public:
  struct Options {
    int64_t lateness_us = int64_t{10} * 60 * 1'000'000;  // how long buckets wait for those that come late
    int64_t max_jump_us = int64_t{3} * 24 * 3600 * 1'000'000;
    int64_t agreeing = 5;
  };
  enum class Verdict {
    on_time,
    late,   // behind the watermark: its bucket is closed
    ahead,  // its clock is not believed
  };
  explicit EventClock(const Options& options) : options_(options) {}

  Verdict judge(int64_t ts_us);

  // No message behind this is counted any more; very small before the first message.
  int64_t watermark_us() const { return latest_us_ == kNever ? kNever : latest_us_ - options_.lateness_us; }
  int64_t latest_us() const { return latest_us_; }
  static constexpr int64_t kNever = INT64_MIN / 4;

  Json to_json() const;
  void restore(const Json& json, const std::string& where);

 private:
  Options options_;
  int64_t latest_us_ = kNever;
  int64_t believed_ = 0;
  int64_t doubtful_us_ =
      kNever;  // the latest of those in a row that agree with each other and not with the clock
  int64_t doubtful_ = 0;
};

}  // namespace heed::apps::monitor
