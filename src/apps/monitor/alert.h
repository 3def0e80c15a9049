#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/monitor/counts.h"
#include "apps/monitor/policy.h"
#include "apps/monitor/recent.h"
#include "base/json.h"

// An alert with its reasons, as a person reads it.
namespace heed::apps::monitor {

struct QuotedMessage {
  std::string id, source, url, text;
  int64_t ts_us = 0, score = 0;  // sentiment in thousandths
  int64_t copies = 1;            // messages that say the same, itself included
  std::vector<TextWord> words;   // what the model looked at; empty without a model
};

struct NamedCount {
  std::string name;
  int64_t count = 0;
};

// A word that is said more in the alert's messages than in the others of the last while.
struct RisenWord {
  std::string word;
  int64_t messages = 0;  // voices that say it
  double times = 0.0;    // of its share among the others'
};

struct Alert {
  std::string id{};  // of event, series and time: the same whenever the same messages came
  Event event = Event::negative_surge;
  Severity severity = Severity::warning;
  SeriesKey series{};
  std::vector<SeriesKey> related{};                    // that show it too
  int64_t begin_us = 0, end_us = 0;                    // of the bucket in which it was seen
  int64_t ended_us = 0;                                // 0: it goes on
  double log_odds = 0.0, threshold = 0.0, peak = 0.0;  // when it was raised, and the greatest since
  Counts counts{};
  double usual_voices = 0.0, usual_share = 0.0;
  std::vector<QuotedMessage> messages{};
  std::vector<std::string> story{};  // of a new story: the words that tell it
  std::vector<RisenWord> words{};
  std::vector<NamedCount> sources{};
  std::vector<QuotedMessage> floods{};  // texts that were said again and again, most copies first
  std::string sentence_en{}, sentence_zh{};
};

// The alert of an incident whose lead series closed with these figures; `recent` holds its messages, `read`
// (may be null) tells what the model looked at.
Alert make_alert(const Incident& incident, const ClosedSeries& lead, int64_t bucket_us,
                 const RecentMessages& recent, const ReadTexts& read);
// What has changed of it since. Where it has become stronger, reasons are those of the bucket that shows it.
void grow_alert(Alert& alert, const Incident& incident);
void renew_alert(Alert& alert, Incident incident, int64_t begin_us, const ClosedSeries& lead,
                 int64_t bucket_us, const RecentMessages& recent, const ReadTexts& read);
void end_alert(Alert& alert, int64_t ended_us);

std::string alert_id(const Incident& incident);

Json to_json(const Alert& alert);
Alert alert_from_json(const Json& json, const std::string& where);

// The words of a text, lower case, each once: what ICU takes for a word and has a letter, of at least two
// letters (or one Chinese one that stands with another: dictionaries cut them so).
std::vector<std::string> words_said(std::string_view text);

}  // namespace heed::apps::monitor
