#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/monitor/counts.h"
#include "apps/monitor/watch.h"

// All series under watch: every topic and entity over all sources, each with its detectors.
namespace heed::apps::monitor {

struct SeriesKey {
  std::string topic = kAll, entity = kAll;

  auto operator<=>(const SeriesKey&) const = default;
};

// A series as its bucket closed.
struct ClosedSeries {
  const SeriesKey* key = nullptr;
  Counts counts;
  Usual usual;  // before the bucket
  Votes votes;
};

// Which series a row of counts is part of: (topic, entity), (any topic, entity) where entity "*" is all of
// both.
class SeriesSet {
 public:
  struct Options {
    int64_t bucket_minutes = 60;
    // Voices a series must have had before detectors watch it: there is nothing to say of less, and memory is
    // spent on what speaks.
    int64_t least_voices = 20;
  };
  explicit SeriesSet(const Options& options) : options_(options) {}

  // Counts of one cell's bucket of the watched length; a bucket not yet closed.
  void add(const CellBucket& cell, const Counts& counts);

  // Closes every bucket that ends at `watermark_us` or before, in order, empty ones too, and lets `see` look
  // at what the detectors say of each series. After 200 empty buckets in a row the rest of them is passed
  // over: a silence of months tells no more than one of days, and would take long to count.
  using SeeClosed = std::function<void(int64_t begin_us, const std::vector<ClosedSeries>& series)>;
  void close_until(int64_t watermark_us, const SeeClosed& see);

  size_t size() const { return series_.size(); }
  size_t watched() const { return watched_; }
  int64_t next_close_us() const { return next_us_; }  // begin of the next bucket to close
  static constexpr int64_t kNone = INT64_MAX;
  int64_t bucket_us() const { return options_.bucket_minutes * kMinuteUs; }

 private:
  struct Series {
    int64_t voices = 0;  // of closed buckets
    std::optional<Watch> watch;
  };
  void close(int64_t begin_us, const SeeClosed& see);
  void jump(int64_t watermark_us);

  Options options_;
  std::map<SeriesKey, Series> series_;  // "*" before letters and Chinese, so that (*, *) comes first
  std::map<int64_t, std::map<SeriesKey, Counts>> open_;  // by begin of the bucket
  size_t watched_ = 0;
  int64_t next_us_ = kNone;
  int64_t empty_ = 0;  // buckets in a row without a message
};

}  // namespace heed::apps::monitor
