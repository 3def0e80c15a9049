#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "apps/monitor/reading.h"

// What is counted of opinion, for each topic, entity and source in each bucket of time.
namespace heed::apps::monitor {

inline constexpr int64_t kMinuteUs = int64_t{60} * 1'000'000;
inline constexpr const char* kAll = "*";  // any topic, entity or source

// Whole numbers all, so that a sum does not depend on its order. A message counts once; a voice is one whose
// text was not said shortly before, and feelings are those of voices.
struct Counts {
  int64_t messages = 0, voices = 0;
  int64_t negative = 0, neutral = 0, positive = 0;
  int64_t score = 0, score_squares = 0;  // sums of voices' scores in thousandths, and of their squares

  void add(const Counts& other);
  bool operator==(const Counts&) const = default;
};
Counts count_one(const Sentiment& sentiment, bool is_voice);

// Sentiment's mean over voices, -1 to 1, and half its 95 % interval.
struct MeanSentiment {
  double mean = 0.0, half = 0.0;
};
MeanSentiment mean_sentiment(const Counts& counts);

// The lengths of buckets that are kept, in minutes: a minute, an hour, a day (UTC).
inline constexpr int64_t kUnits[] = {1, 60, 1440};

// A bucket of a cell. Entity "*" counts every message of the topic; an entity counts those that name it, by
// the sentiment towards it.
struct CellBucket {
  int64_t unit = 1;  // minutes
  int64_t begin_us = 0;
  std::string topic{}, entity{}, source{};

  auto operator<=>(const CellBucket&) const = default;
};
using CountRows = std::map<CellBucket, Counts>;

int64_t bucket_begin(int64_t ts_us, int64_t unit_minutes);

// Adds one message to its buckets of every length.
void add_message(const Understood& message, bool is_voice, CountRows& rows);

}  // namespace heed::apps::monitor
