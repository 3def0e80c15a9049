#include "apps/monitor/alert.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <unicode/brkiter.h>
#include <unicode/uchar.h>

#include "apps/monitor/sentence.h"
#include "base/error.h"
#include "data/row_key.h"
#include "text/normalise.h"

namespace heed::apps::monitor {
namespace {

constexpr size_t kMostMessages = 5, kMostWords = 8, kMostSources = 5, kMostFloods = 3;
constexpr int64_t kLeastFlood = 5;  // messages that say the same

// Its sentiment towards the series, or none where it is no part of it.
const Sentiment* part_of(const RecentMessage& message, const SeriesKey& series) {
  const Understood& one = message.understood;
  if (series.topic != kAll && one.topic != series.topic) return nullptr;
  if (series.entity == kAll) return &one.sentiment;
  const auto found = std::ranges::find(one.entities, series.entity, &EntitySentiment::entity);
  return found == one.entities.end() ? nullptr : &found->sentiment;
}

QuotedMessage quote(const RecentMessage& message, int64_t score, const RecentMessages& recent) {
  const Message& said = message.understood.message;
  return {.id = said.id,
          .source = said.source,
          .url = said.url,
          .text = said.text,
          .ts_us = said.ts_us,
          .score = score,
          .copies = recent.size_of(message.cluster),
          .words = {}};
}

bool tells(const RecentMessage& message, const std::vector<std::string>& story) {
  const std::vector<std::string> words = words_said(message.understood.message.text);
  return std::ranges::any_of(
      story, [&](const std::string& word) { return std::ranges::binary_search(words, word); });
}

struct Said {
  const RecentMessage* message;
  Sentiment sentiment;
};

// Of a surge, the negative ones; of a burst, all.
std::vector<Said> voices_of(const Alert& alert, const RecentMessages& recent) {
  std::vector<Said> said;
  recent.for_each(alert.begin_us, alert.end_us, [&](const RecentMessage& message) {
    const Sentiment* sentiment = part_of(message, alert.series);
    if (sentiment == nullptr || !message.is_voice) return;
    if (alert.event == Event::negative_surge && sentiment->feeling != Feeling::negative) return;
    if (alert.event == Event::new_story && !tells(message, alert.story)) return;
    said.push_back({&message, *sentiment});
  });
  return said;
}

// By the likelihood ratio of a word's count among the alert's voices against the others' (Dunning 1993).
std::vector<RisenWord> risen_words(const std::vector<Said>& said, const Alert& alert,
                                   const RecentMessages& recent) {
  std::map<std::string, int64_t> here;
  std::unordered_map<std::string, int64_t> elsewhere;
  std::unordered_set<const RecentMessage*> chosen;
  int64_t others = 0;
  for (const Said& one : said) {
    chosen.insert(one.message);
    for (const std::string& word : words_said(one.message->understood.message.text)) ++here[word];
  }
  recent.for_each(INT64_MIN, alert.end_us, [&](const RecentMessage& message) {
    if (chosen.contains(&message) || !message.is_voice) return;
    ++others;
    for (const std::string& word : words_said(message.understood.message.text)) ++elsewhere[word];
  });
  const auto count = static_cast<double>(said.size());
  std::vector<std::pair<double, RisenWord>> risen;
  for (const auto& [word, messages] : here) {
    const auto a = static_cast<double>(messages);
    const auto found = elsewhere.find(word);
    const double b = found == elsewhere.end() ? 0.0 : static_cast<double>(found->second);
    const double usual = (b + 0.5) / (static_cast<double>(others) + 1);
    if (messages < 2 || a / count <= usual) continue;
    const double expected = count * usual;
    risen.push_back({a * std::log(a / expected) - (a - expected), {word, messages, a / expected}});
  }
  std::ranges::stable_sort(risen, std::greater(), [](const auto& one) { return one.first; });
  std::vector<RisenWord> words;
  for (size_t i = 0; i < std::min(risen.size(), kMostWords); ++i) words.push_back(risen[i].second);
  return words;
}

std::vector<NamedCount> count_sources(const std::vector<Said>& said) {
  std::map<std::string, int64_t> counts;
  for (const Said& one : said) ++counts[one.message->understood.message.source];
  std::vector<NamedCount> sources;
  for (const auto& [name, count] : counts) sources.push_back({name, count});
  std::ranges::stable_sort(sources, std::greater(), &NamedCount::count);
  if (sources.size() > kMostSources) sources.resize(kMostSources);
  return sources;
}

std::vector<QuotedMessage> find_floods(const Alert& alert, const RecentMessages& recent) {
  std::set<uint64_t> seen;
  std::vector<QuotedMessage> floods;
  recent.for_each(alert.begin_us, alert.end_us, [&](const RecentMessage& message) {
    const Sentiment* sentiment = part_of(message, alert.series);
    if (sentiment == nullptr || recent.size_of(message.cluster) < kLeastFlood ||
        !seen.insert(message.cluster).second)
      return;
    floods.push_back(quote(message, sentiment->score, recent));
  });
  std::ranges::stable_sort(floods, std::greater(), &QuotedMessage::copies);
  if (floods.size() > kMostFloods) floods.resize(kMostFloods);
  return floods;
}

// Those that say the risen words and feel most strongly; then what the model looked at in each.
std::vector<QuotedMessage> choose_messages(const std::vector<Said>& said, const Alert& alert,
                                           const RecentMessages& recent, const ReadTexts& read) {
  std::vector<std::pair<double, QuotedMessage>> ranked;
  for (const Said& one : said) {
    const std::vector<std::string> words = words_said(one.message->understood.message.text);
    double worth = std::abs(static_cast<double>(one.sentiment.score)) / 1000;
    for (const RisenWord& word : alert.words)
      worth += std::ranges::find(words, word.word) != words.end() ? 0.5 : 0.0;
    ranked.emplace_back(worth, quote(*one.message, one.sentiment.score, recent));
  }
  std::ranges::stable_sort(ranked, std::greater(), [](const auto& one) { return one.first; });
  std::vector<QuotedMessage> messages;
  std::vector<std::string> texts;
  for (size_t i = 0; i < std::min(ranked.size(), kMostMessages); ++i) {
    messages.push_back(std::move(ranked[i].second));
    texts.push_back(messages.back().text);
  }
  if (!read || texts.empty()) return messages;
  std::vector<Reading> readings = read(texts, true);
  for (size_t i = 0; i < messages.size(); ++i) messages[i].words = std::move(readings[i].words);
  return messages;
}

Json words_json(const std::vector<TextWord>& words) {
  Json list = Json::array();
  for (const TextWord& word : words)
    list.push_back({{"text", word.text},
                    {"start", word.start},
                    {"end", word.end},
                    {"weight", rounded(word.weight)},
                    {"vote", rounded(word.vote)}});
  return list;
}

Json messages_json(const std::vector<QuotedMessage>& messages) {
  Json list = Json::array();
  for (const QuotedMessage& one : messages)
    list.push_back({{"id", one.id},
                    {"ts", format_time(one.ts_us)},
                    {"source", one.source},
                    {"url", one.url},
                    {"text", one.text},
                    {"sentiment", static_cast<double>(one.score) / 1000},
                    {"copies", one.copies},
                    {"words", words_json(one.words)}});
  return list;
}

std::vector<QuotedMessage> messages_of(const Json& list, const std::string& where) {
  std::vector<QuotedMessage> messages;
  for (const Json& one : list) {
    messages.push_back({.id = json_field<std::string>(one, "id", where),
                        .source = json_field<std::string>(one, "source", where),
                        .url = json_field<std::string>(one, "url", where),
                        .text = json_field<std::string>(one, "text", where),
                        .ts_us = parse_time(json_field<std::string>(one, "ts", where)).value_or(0),
                        .score = std::lround(1000 * json_field<double>(one, "sentiment", where)),
                        .copies = json_field<int64_t>(one, "copies", where),
                        .words = {}});
    for (const Json& word : json_field<Json>(one, "words", where))
      messages.back().words.push_back(
          {json_field<std::string>(word, "text", where), json_field<int64_t>(word, "start", where),
           json_field<int64_t>(word, "end", where), json_field<double>(word, "weight", where),
           json_field<double>(word, "vote", where)});
  }
  return messages;
}

Json series_json(const SeriesKey& key) { return {{"topic", key.topic}, {"entity", key.entity}}; }
SeriesKey series_of(const Json& json, const std::string& where) {
  return {json_field<std::string>(json, "topic", where), json_field<std::string>(json, "entity", where)};
}

int64_t time_field(const Json& json, const char* name, const std::string& where) {
  if (!json.contains(name) || json.at(name).is_null()) return 0;
  return parse_time(json_field<std::string>(json, name, where)).value_or(0);
}

void tell(Alert& alert) {
  alert.sentence_en = sentence_in_english(alert);
  alert.sentence_zh = sentence_in_chinese(alert);
}

}  // namespace

std::vector<std::string> words_said(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  thread_local const std::unique_ptr<icu::BreakIterator> kWords(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (!kWords) throw Error(ErrorCode::internal, "ICU: expected rules for words, found none");
  const std::string line = normalise(text, {.lowercase = true});
  UText utf8 = UTEXT_INITIALIZER;
  utext_openUTF8(&utf8, line.data(), static_cast<int64_t>(line.size()), &status);
  kWords->setText(&utf8, status);
  std::set<std::string> words;
  int32_t begin = kWords->first();
  for (int32_t end = kWords->next(); end != icu::BreakIterator::DONE; begin = end, end = kWords->next()) {
    const int32_t kind = kWords->getRuleStatus();
    if (kind < UBRK_WORD_LETTER || kind >= UBRK_WORD_IDEO_LIMIT) continue;
    std::string word = line.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    if (count_characters(word) >= (kind >= UBRK_WORD_KANA ? 2 : 3)) words.insert(std::move(word));
  }
  utext_close(&utf8);
  return {words.begin(), words.end()};
}

std::string alert_id(const Incident& incident) {
  const std::string name =
      fmt::format("{}\x1F{}\x1F{}\x1F{}", to_string(incident.event), incident.lead.topic,
                  incident.lead.entity, incident.words.empty() ? "" : incident.words.front());
  return fmt::format("{}-{:016x}", incident.begin_us / 1'000'000, data::hash_text(name, 0));
}

Alert make_alert(const Incident& incident, const ClosedSeries& lead, int64_t bucket_us,
                 const RecentMessages& recent, const ReadTexts& read) {
  Alert alert = {.id = alert_id(incident),
                 .event = incident.event,
                 .severity = severity_of(incident.peak, incident.threshold),
                 .series = incident.lead,
                 .related = incident.members,
                 .begin_us = incident.begin_us,
                 .end_us = incident.begin_us + bucket_us,
                 .log_odds = incident.log_odds,
                 .threshold = incident.threshold,
                 .peak = incident.peak,
                 .counts = lead.counts,
                 .usual_voices = lead.usual.voices,
                 .usual_share = lead.usual.share,
                 .story = incident.words};
  const std::vector<Said> said = voices_of(alert, recent);
  alert.words = risen_words(said, alert, recent);
  alert.sources = count_sources(said);
  alert.floods = find_floods(alert, recent);
  alert.messages = choose_messages(said, alert, recent, read);
  tell(alert);
  return alert;
}

void grow_alert(Alert& alert, const Incident& incident) {
  alert.severity = severity_of(incident.peak, incident.threshold);
  alert.peak = incident.peak;
  alert.related = incident.members;
  alert.story = incident.words;
}

void renew_alert(Alert& alert, Incident incident, int64_t begin_us, const ClosedSeries& lead,
                 int64_t bucket_us, const RecentMessages& recent, const ReadTexts& read) {
  incident.begin_us = begin_us;
  std::string id = std::move(alert.id);
  alert = make_alert(incident, lead, bucket_us, recent, read);
  alert.id = std::move(id);
}

void end_alert(Alert& alert, int64_t ended_us) {
  alert.ended_us = ended_us;
  tell(alert);
}

Json to_json(const Alert& alert) {
  Json related = Json::array(), words = Json::array(), sources = Json::array();
  for (const SeriesKey& key : alert.related) related.push_back(series_json(key));
  for (const RisenWord& word : alert.words)
    words.push_back({{"word", word.word}, {"messages", word.messages}, {"times", rounded(word.times)}});
  for (const NamedCount& source : alert.sources)
    sources.push_back({{"source", source.name}, {"voices", source.count}});
  const Counts& counts = alert.counts;
  return {{"id", alert.id},
          {"event", to_string(alert.event)},
          {"severity", to_string(alert.severity)},
          {"topic", alert.series.topic},
          {"entity", alert.series.entity},
          {"related", related},
          {"begin", format_time(alert.begin_us)},
          {"end", format_time(alert.end_us)},
          {"ended", alert.ended_us == 0 ? Json() : Json(format_time(alert.ended_us))},
          {"log_odds", alert.log_odds},
          {"threshold", alert.threshold},
          {"peak", alert.peak},
          {"story", alert.story},
          {"messages_counted", counts.messages},
          {"voices", counts.voices},
          {"negative", counts.negative},
          {"neutral", counts.neutral},
          {"positive", counts.positive},
          {"usual_voices", rounded(alert.usual_voices)},
          {"usual_share", rounded(alert.usual_share)},
          {"sentence", {{"en", alert.sentence_en}, {"zh", alert.sentence_zh}}},
          {"words", words},
          {"sources", sources},
          {"floods", messages_json(alert.floods)},
          {"messages", messages_json(alert.messages)}};
}

Alert alert_from_json(const Json& json, const std::string& where) {
  Alert alert;
  alert.id = json_field<std::string>(json, "id", where);
  const auto event = json_field<std::string>(json, "event", where),
             severity = json_field<std::string>(json, "severity", where);
  alert.event = parse_event(event);
  for (const Severity one : {Severity::high, Severity::critical})
    if (severity == to_string(one)) alert.severity = one;
  alert.series = series_of(json, where);
  for (const Json& key : json_field<Json>(json, "related", where))
    alert.related.push_back(series_of(key, where));
  alert.begin_us = time_field(json, "begin", where);
  alert.end_us = time_field(json, "end", where);
  alert.ended_us = time_field(json, "ended", where);
  alert.log_odds = json_field<double>(json, "log_odds", where);
  alert.threshold = json_field<double>(json, "threshold", where);
  alert.peak = json_field<double>(json, "peak", where);
  for (const Json& word : json_field<Json>(json, "story", where))
    alert.story.push_back(word.get<std::string>());
  alert.counts = {.messages = json_field<int64_t>(json, "messages_counted", where),
                  .voices = json_field<int64_t>(json, "voices", where),
                  .negative = json_field<int64_t>(json, "negative", where),
                  .neutral = json_field<int64_t>(json, "neutral", where),
                  .positive = json_field<int64_t>(json, "positive", where)};
  alert.usual_voices = json_field<double>(json, "usual_voices", where);
  alert.usual_share = json_field<double>(json, "usual_share", where);
  for (const Json& word : json_field<Json>(json, "words", where))
    alert.words.push_back({json_field<std::string>(word, "word", where),
                           json_field<int64_t>(word, "messages", where),
                           json_field<double>(word, "times", where)});
  for (const Json& source : json_field<Json>(json, "sources", where))
    alert.sources.push_back(
        {json_field<std::string>(source, "source", where), json_field<int64_t>(source, "voices", where)});
  alert.floods = messages_of(json_field<Json>(json, "floods", where), where);
  alert.messages = messages_of(json_field<Json>(json, "messages", where), where);
  tell(alert);
  return alert;
}

}  // namespace heed::apps::monitor
