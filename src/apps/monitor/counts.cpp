#include "apps/monitor/counts.h"

#include <cmath>

namespace heed::apps::monitor {

void Counts::add(const Counts& other) {
  messages += other.messages;
  voices += other.voices;
  negative += other.negative;
  neutral += other.neutral;
  positive += other.positive;
  score += other.score;
  score_squares += other.score_squares;
}

Counts count_one(const Sentiment& sentiment, bool is_voice) {
  Counts counts = {.messages = 1};
  if (!is_voice) return counts;
  counts.voices = 1;
  counts.negative = sentiment.feeling == Feeling::negative;
  counts.neutral = sentiment.feeling == Feeling::neutral;
  counts.positive = sentiment.feeling == Feeling::positive;
  counts.score = sentiment.score;
  counts.score_squares = sentiment.score * sentiment.score;
  return counts;
}

MeanSentiment mean_sentiment(const Counts& counts) {
  if (counts.voices == 0) return {};
  const auto n = static_cast<double>(counts.voices);
  const double mean = static_cast<double>(counts.score) / n / 1000;
  // One voice of a scale from -1 to 1 is taken in as well, so that two that agree are not taken for
  // certainty.
  const double squares = static_cast<double>(counts.score_squares) / 1e6 - n * mean * mean + 0.25;
  return {.mean = mean, .half = 1.96 * std::sqrt(std::max(squares, 0.0) / n / n)};
}

int64_t bucket_begin(int64_t ts_us, int64_t unit_minutes) {
  const int64_t length = unit_minutes * kMinuteUs;
  return ts_us - ((ts_us % length) + length) % length;
}

void add_message(const Understood& message, bool is_voice, CountRows& rows) {
  const auto add = [&](const std::string& entity, const Sentiment& sentiment) {
    const Counts counts = count_one(sentiment, is_voice);
    for (const int64_t unit : kUnits) {
      rows[{unit, bucket_begin(message.message.ts_us, unit), message.topic, entity, message.message.source}]
          .add(counts);
    }
  };
  add(kAll, message.sentiment);
  for (const EntitySentiment& one : message.entities) add(one.entity, one.sentiment);
}

}  // namespace heed::apps::monitor
