#include <algorithm>
#include <charconv>

#include "apps/monitor/http.h"
#include "apps/monitor/http_call.h"
#include "base/utf8.h"
#include "store/event.h"

namespace heed::apps::monitor {
namespace {

using Kind = Field::Kind;

constexpr int64_t kMostRows = 10'000;

Json counts_json(const Counts& counts) {
  const MeanSentiment mean = mean_sentiment(counts);
  const double share =
      counts.voices > 0 ? static_cast<double>(counts.negative) / static_cast<double>(counts.voices) : 0.0;
  return {{"messages", counts.messages},     {"voices", counts.voices},
          {"negative", counts.negative},     {"neutral", counts.neutral},
          {"positive", counts.positive},     {"share_negative", rounded(share)},
          {"sentiment", rounded(mean.mean)}, {"sentiment_interval", rounded(mean.half)}};
}

std::vector<Field> count_fields() {
  return {{.name = "messages", .kind = Kind::integer, .help = "All", .required = true},
          {.name = "voices",
           .kind = Kind::integer,
           .help = "Those whose text was not said shortly before",
           .required = true},
          {.name = "negative", .kind = Kind::integer, .help = "Voices", .required = true},
          {.name = "neutral", .kind = Kind::integer, .help = "Voices", .required = true},
          {.name = "positive", .kind = Kind::integer, .help = "Voices", .required = true},
          {.name = "share_negative", .kind = Kind::number, .help = "Of voices", .required = true},
          {.name = "sentiment", .kind = Kind::number, .help = "Mean over voices, -1 to 1", .required = true},
          {.name = "sentiment_interval",
           .kind = Kind::number,
           .help = "Half its 95 % interval",
           .required = true}};
}

std::vector<Field> with(std::vector<Field> fields, std::vector<Field> more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Json take_messages(const Call& call, Service& service) {
  const Json& list = call.body.at("messages");
  if (!list.is_array() || list.empty() || list.size() > kMaxTexts)
    throw FieldError("messages", "expected a list of 1 to 4096 objects, found another value");
  std::vector<Delivery> deliveries;
  Json problems = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    Delivery one;
    try {
      one.message = message_from_json(list[i]);
    } catch (const Error& error) {
      one.problem = printable_utf8(error.what(), 1024);
      one.body = printable_utf8(list[i].dump(-1, ' ', false, Json::error_handler_t::replace), 65536);
      problems.push_back({{"index", i}, {"message", one.problem}});
    }
    deliveries.push_back(std::move(one));
  }
  const IntakeCounts counts = service.intake().take(std::move(deliveries), "/v1/messages", service.stop());
  return {{"accepted", counts.accepted},
          {"duplicates", counts.duplicates},
          {"unreadable", counts.unreadable},
          {"problems", problems}};
}

Json list_trends(const Call& call, Service& service) {
  static const std::vector<std::pair<std::string, int64_t>> kNames = {
      {"minute", 1}, {"hour", 60}, {"day", 1440}};
  const std::string unit = call.parameter("unit").empty() ? "hour" : call.parameter("unit");
  const auto known = std::ranges::find(kNames, unit, [](const auto& one) { return one.first; });
  if (known == kNames.end())
    throw FieldError("unit", "expected minute, hour or day, found '" + unit.substr(0, 32) + "'");
  const int64_t latest =
      service.intake().look([](const Monitor& monitor) { return monitor.clock().latest_us(); });
  const int64_t until = time_of(call, "until", latest > 0 ? latest + 1 : store::now_us());
  TrendQuery query = {.unit = known->second,
                      .since_us = time_of(call, "since", until - 168 * known->second * kMinuteUs),
                      .until_us = until,
                      .topic = call.parameters.contains("topic") ? call.parameter("topic") : kAll,
                      .entity = call.parameters.contains("entity") ? call.parameter("entity") : kAll,
                      .source = call.parameters.contains("source") ? call.parameter("source") : kAll,
                      .limit = number_of(call, "limit", kMostRows)};
  Json rows = Json::array();
  for (const TrendRow& row : service.store().trends(query)) {
    Json one = {{"begin", format_time(row.cell.begin_us)},
                {"topic", row.cell.topic},
                {"entity", row.cell.entity},
                {"source", row.cell.source}};
    one.update(counts_json(row.counts));
    rows.push_back(std::move(one));
  }
  return {{"unit", unit}, {"latest", latest > 0 ? Json(format_time(latest)) : Json()}, {"trends", rows}};
}

Json list_messages(const Call& call, Service& service) {
  const std::vector<StoredMessage> found = service.store().messages({.after = number_of(call, "after", 0),
                                                                     .topic = call.parameter("topic"),
                                                                     .entity = call.parameter("entity"),
                                                                     .limit = number_of(call, "limit", 50)});
  Json messages = Json::array();
  int64_t last = number_of(call, "after", 0);
  for (const StoredMessage& one : found) {
    const Understood& said = one.kept.understood;
    Json entities = Json::array();
    for (const EntitySentiment& entity : said.entities)
      entities.push_back({{"entity", entity.entity},
                          {"feeling", to_string(entity.sentiment.feeling)},
                          {"sentiment", static_cast<double>(entity.sentiment.score) / 1000}});
    messages.push_back({{"seq", one.seq},
                        {"id", said.message.id},
                        {"ts", format_time(said.message.ts_us)},
                        {"source", said.message.source},
                        {"author", said.message.author},
                        {"url", said.message.url},
                        {"lang", said.message.lang},
                        {"text", said.message.text},
                        {"topic", said.topic},
                        {"feeling", to_string(said.sentiment.feeling)},
                        {"sentiment", static_cast<double>(said.sentiment.score) / 1000},
                        {"entities", entities},
                        {"fate", one.kept.fate},
                        {"cluster", one.kept.cluster},
                        {"is_copy", !one.kept.is_voice}});
    last = std::max(last, one.seq);
  }
  return {{"messages", messages}, {"after", last}};
}

Json list_sources(const Call& call, Service& service) {
  const auto [counts, latest, series, watched] = service.intake().look([](const Monitor& monitor) {
    return std::tuple(monitor.counts(), monitor.clock().latest_us(), monitor.series().size(),
                      monitor.series().watched());
  });
  Json sources = Json::array(), feeds = Json::array();
  for (const SourceFigures& one :
       service.store().sources(time_of(call, "since", latest - 7 * 1440 * kMinuteUs))) {
    Json source = {{"source", one.source}, {"latest", format_time(one.last_us)}};
    source.update(counts_json(one.counts));
    sources.push_back(std::move(source));
  }
  for (const FeedStatus& feed : service.feeds())
    feeds.push_back({{"url", feed.url},
                     {"asked", feed.asked_us > 0 ? Json(format_time(feed.asked_us)) : Json()},
                     {"entries", feed.entries},
                     {"failures", feed.failures},
                     {"problem", feed.problem}});
  return {{"counts", to_json(counts)},
          {"latest", latest > 0 ? Json(format_time(latest)) : Json()},
          {"series", series},
          {"watched", watched},
          {"sources", sources},
          {"feeds", feeds},
          {"problems", service.problems()}};
}

Json list_unreadable(const Call& call, Service& service) {
  Json lines = Json::array();
  for (const store::DeadLetter& letter : service.store().unreadable(number_of(call, "limit", 50)))
    lines.push_back({{"stream", letter.stream},
                     {"ts", format_time(letter.ts_us)},
                     {"reason", letter.reason},
                     {"body", letter.body}});
  return {{"lines", lines}};
}

Field limit_field(int64_t most) {
  return {.name = "limit",
          .kind = Kind::integer,
          .help = "At most so many",
          .min = 1,
          .max = static_cast<double>(most)};
}

}  // namespace

int64_t number_of(const Call& call, const char* name, int64_t fallback) {
  const std::string text = call.parameter(name);
  int64_t value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);  // a whole number: the route has checked it
  return value;
}

int64_t time_of(const Call& call, const char* name, int64_t fallback) {
  const std::string text = call.parameter(name);
  if (text.empty()) return fallback;
  const auto time = parse_time(text);
  if (!time)
    throw FieldError(name, "expected a time (2020-03-09T14:00:00Z, or seconds since 1970), found '" +
                               text.substr(0, 64) + "'");
  return *time;
}

std::vector<Route> message_routes(const ServicePointer& service) {
  const Field topic = {.name = "topic", .help = "Of this topic"},
              entity = {.name = "entity", .help = "That name this entity"};
  return {
      {.method = "POST",
       .path = "/v1/messages",
       .scope = Scope::feedback,
       .summary =
           "Take in messages: ts and text, and where known source, id, url, author, lang, topic, sentiment",
       .body = {{.name = "messages",
                 .kind = Kind::any,
                 .help = "A list of objects as lines of NDJSON have them",
                 .required = true}},
       .reply = {{.name = "accepted",
                  .kind = Kind::integer,
                  .help = "New, and kept on the disk",
                  .required = true},
                 {.name = "duplicates",
                  .kind = Kind::integer,
                  .help = "Whose id was there before",
                  .required = true},
                 {.name = "unreadable",
                  .kind = Kind::integer,
                  .help = "Put aside, see problems",
                  .required = true},
                 {.name = "problems",
                  .kind = Kind::objects,
                  .help = "index and message",
                  .required = true,
                  .fields = {{.name = "index",
                              .kind = Kind::integer,
                              .help = "In messages, from 0",
                              .required = true},
                             {.name = "message", .help = "What is wrong with it", .required = true}}}},
       .handle = in_background(service, take_messages)},
      {.method = "GET",
       .path = "/v1/monitor/trends",
       .summary = "Counts and sentiment by bucket of time, for topics, entities and sources",
       .query = {{.name = "unit", .help = "Length of a bucket", .choices = {"minute", "hour", "day"}},
                 {.name = "since", .help = "Buckets that begin then or later; the last 168 where absent"},
                 {.name = "until", .help = "Before then"},
                 {.name = "topic", .help = "One; empty: each apart; * (also where absent): all together"},
                 {.name = "entity", .help = "One; empty: each apart; *: every message, whoever it names"},
                 {.name = "source", .help = "Likewise"},
                 limit_field(kMostRows)},
       .reply = {{.name = "unit", .help = "As asked", .required = true},
                 {.name = "latest",
                  .kind = Kind::any,
                  .help = "Time of the latest message, or null",
                  .required = true},
                 {.name = "trends",
                  .kind = Kind::objects,
                  .help = "Ascending in time",
                  .required = true,
                  .fields = with({{.name = "begin", .help = "Of the bucket", .required = true},
                                  {.name = "topic", .help = "Or *", .required = true},
                                  {.name = "entity", .help = "Or *", .required = true},
                                  {.name = "source", .help = "Or *", .required = true}},
                                 count_fields())}},
       .is_watch = true,
       .handle = in_background(service, list_trends)},
      {.method = "GET",
       .path = "/v1/monitor/messages",
       .summary =
           "The newest messages, or with `after` those that came behind: ask again with the answer's `after`",
       .query = {{.name = "after", .kind = Kind::integer, .help = "seq of the last that is known", .min = 0},
                 topic,
                 entity,
                 limit_field(1000)},
       .reply = {{.name = "messages",
                  .kind = Kind::objects,
                  .help = "seq, id, ts, source, author, url, lang, text, topic, feeling, sentiment, entities "
                          "(entity, feeling, "
                          "sentiment towards it), fate (counted, late, ahead), cluster, is_copy",
                  .required = true},
                 {.name = "after", .kind = Kind::integer, .help = "For the next call", .required = true}},
       .is_watch = true,
       .handle = in_background(service, list_messages)},
      {.method = "GET",
       .path = "/v1/monitor/sources",
       .summary = "Where messages come from, what became of them, and what is wrong",
       .query = {{.name = "since", .help = "Count from then; the last seven days where absent"}},
       .reply =
           {{.name = "counts",
             .kind = Kind::object,
             .help = "messages, copies, late, ahead, duplicates, unreadable, suppressed (alerts): since the "
                     "beginning",
             .required = true},
            {.name = "latest",
             .kind = Kind::any,
             .help = "Time of the latest message, or null",
             .required = true},
            {.name = "series", .kind = Kind::integer, .help = "Of topic and entity", .required = true},
            {.name = "watched", .kind = Kind::integer, .help = "Of them, by detectors", .required = true},
            {.name = "sources",
             .kind = Kind::objects,
             .help = "Each source's counts, and its latest hour",
             .required = true,
             .fields = with({{.name = "source", .help = "Its name", .required = true},
                             {.name = "latest", .help = "Hour of its latest message", .required = true}},
                            count_fields())},
            {.name = "feeds",
             .kind = Kind::objects,
             .help = "url, asked, entries, failures, problem",
             .required = true},
            {.name = "problems",
             .kind = Kind::any,
             .help = "Texts; empty where all is well",
             .required = true}},
       .is_watch = true,
       .handle = in_background(service, list_sources)},
      {.method = "GET",
       .path = "/v1/monitor/unreadable",
       .scope = Scope::admin,
       .summary = "Lines that were no messages, newest first",
       .query = {limit_field(1000)},
       .reply = {{.name = "lines",
                  .kind = Kind::objects,
                  .help = "stream, ts (when it came), reason, body",
                  .required = true}},
       .handle = in_background(service, list_unreadable)},
  };
}

}  // namespace heed::apps::monitor
