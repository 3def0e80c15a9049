#include "apps/monitor/series.h"

#include <algorithm>

namespace heed::apps::monitor {
namespace {

constexpr int64_t kMostEmpty = 200;

Bucket bucket_of(int64_t begin_us, const Counts& counts) {
  return {.begin_us = begin_us,
          .voices = static_cast<double>(counts.voices),
          .negative = static_cast<double>(counts.negative)};
}

}  // namespace

void SeriesSet::add(const CellBucket& cell, const Counts& counts) {
  if (cell.unit != options_.bucket_minutes) return;
  if (next_us_ == kNone || cell.begin_us < next_us_) next_us_ = cell.begin_us;
  std::map<SeriesKey, Counts>& bucket = open_[cell.begin_us];
  bucket[{cell.topic, cell.entity}].add(counts);
  bucket[{kAll, cell.entity}].add(counts);
}

void SeriesSet::close_until(int64_t watermark_us, const SeeClosed& see) {
  if (next_us_ == kNone) return;
  while (next_us_ + bucket_us() <= watermark_us) {
    if (empty_ >= kMostEmpty && !open_.contains(next_us_)) {
      jump(watermark_us);
      continue;
    }
    close(next_us_, see);
    next_us_ += bucket_us();
  }
}

// To the next bucket that has messages, or is not closed yet.
void SeriesSet::jump(int64_t watermark_us) {
  const int64_t last = watermark_us - ((watermark_us - next_us_) % bucket_us());
  next_us_ = open_.empty() ? last : std::min(last, open_.begin()->first);
}

void SeriesSet::close(int64_t begin_us, const SeeClosed& see) {
  std::map<SeriesKey, Counts> counts;
  if (auto open = open_.extract(begin_us)) counts = std::move(open.mapped());
  empty_ = counts.empty() ? empty_ + 1 : 0;
  for (const auto& [key, of_key] : counts) series_.try_emplace(key);
  const auto all = series_.find(SeriesKey());
  std::vector<ClosedSeries> closed;
  closed.reserve(watched_);
  for (auto& [key, series] : series_) {
    const auto found = counts.find(key);
    const Counts of_key = found == counts.end() ? Counts() : found->second;
    series.voices += of_key.voices;
    if (!series.watch) {
      if (series.voices < options_.least_voices) continue;
      series.watch.emplace(static_cast<double>(options_.bucket_minutes) / 60);
      if (all != series_.end() && all->second.watch && &all->second != &series)
        series.watch->start_from(*all->second.watch);
      ++watched_;
    }
    const Usual usual = series.watch->usual(begin_us);
    closed.push_back({.key = &key,
                      .counts = of_key,
                      .usual = usual,
                      .votes = series.watch->update(bucket_of(begin_us, of_key))});
  }
  if (see) see(begin_us, closed);
}

}  // namespace heed::apps::monitor
