#include <fmt/format.h>

#include "apps/feed.h"
#include "apps/monitor/http.h"
#include "apps/monitor/http_call.h"
#include "store/event.h"
#include "text/normalise.h"

namespace heed::apps::monitor {
namespace {

using Kind = Field::Kind;

constexpr double kMostSilentMinutes = 60.0 * 24 * 365;
constexpr size_t kMaxWords = 1024;

Json time_or_null(int64_t us) { return us > 0 ? Json(format_time(us)) : Json(); }

Json stored_json(const StoredAlert& stored) {
  Json json = to_json(stored.alert);
  json["raised"] = format_time(stored.raised_us);
  json["acknowledged"] = time_or_null(stored.acknowledged_us);
  json["acknowledged_by"] = stored.acknowledged_by;
  json["silenced_by"] = stored.silenced_by;
  json["escalated"] = time_or_null(stored.escalated_us);
  return json;
}

std::vector<Field> alert_fields() {
  return {
      {.name = "id", .help = "Of event, series and time", .required = true},
      {.name = "event", .help = "negative_surge, volume_burst or new_story", .required = true},
      {.name = "severity", .help = "warning, high or critical", .required = true},
      {.name = "topic", .help = "Or *", .required = true},
      {.name = "entity", .help = "Or *", .required = true},
      {.name = "related",
       .kind = Kind::objects,
       .help = "topic, entity of series that show it too",
       .required = true},
      {.name = "begin", .help = "Of the bucket in which it was seen", .required = true},
      {.name = "end", .help = "Of that bucket", .required = true},
      {.name = "ended",
       .kind = Kind::any,
       .help = "When it was as usual again (a recovery), or null",
       .required = true},
      {.name = "log_odds", .kind = Kind::number, .help = "The ensemble's score", .required = true},
      {.name = "threshold", .kind = Kind::number, .help = "What it was held against", .required = true},
      {.name = "peak", .kind = Kind::number, .help = "The greatest score since", .required = true},
      {.name = "story",
       .kind = Kind::any,
       .help = "Of a new story: the words that tell it",
       .required = true},
      {.name = "messages_counted", .kind = Kind::integer, .help = "In that bucket", .required = true},
      {.name = "voices", .kind = Kind::integer, .help = "Copies left out", .required = true},
      {.name = "negative", .kind = Kind::integer, .help = "Voices", .required = true},
      {.name = "neutral", .kind = Kind::integer, .help = "Voices", .required = true},
      {.name = "positive", .kind = Kind::integer, .help = "Voices", .required = true},
      {.name = "usual_voices", .kind = Kind::number, .help = "At this hour of this day", .required = true},
      {.name = "usual_share", .kind = Kind::number, .help = "Of negative ones", .required = true},
      {.name = "sentence", .kind = Kind::object, .help = "en, zh: what a person reads", .required = true},
      {.name = "words",
       .kind = Kind::objects,
       .help = "word, messages, times (of what is usual)",
       .required = true},
      {.name = "sources", .kind = Kind::objects, .help = "source, voices", .required = true},
      {.name = "floods",
       .kind = Kind::objects,
       .help = "As messages: texts that were said again and again",
       .required = true},
      {.name = "messages",
       .kind = Kind::objects,
       .help = "id, ts, source, url, text, sentiment, copies, words (text, start, end, weight, vote) that "
               "the model looked at",
       .required = true},
      {.name = "raised", .help = "By the server's clock", .required = true},
      {.name = "acknowledged", .kind = Kind::any, .help = "When, or null", .required = true},
      {.name = "acknowledged_by", .help = "Who", .required = true},
      {.name = "silenced_by", .help = "Id of the silence that kept it from being sent", .required = true},
      {.name = "escalated",
       .kind = Kind::any,
       .help = "When it was sent once more, or null",
       .required = true}};
}

Json list_alerts(const Call& call, Service& service) {
  Json alerts = Json::array();
  for (const StoredAlert& one : service.store().alerts(call.parameter("state"), number_of(call, "limit", 50),
                                                       time_of(call, "before", INT64_MAX)))
    alerts.push_back(stored_json(one));
  const auto [surge, burst, account] = service.intake().look([](const Monitor& monitor) {
    return std::tuple(monitor.threshold(Event::negative_surge), monitor.threshold(Event::volume_burst),
                      monitor.policy().account());
  });
  return {{"alerts", alerts},
          {"alerts_a_day", service.settings().alerts_a_day},
          {"thresholds", {{"negative_surge", rounded(surge)}, {"volume_burst", rounded(burst)}}},
          {"account", rounded(account)}};
}

StoredAlert find_alert(const Call& call, Service& service) {
  auto found = service.store().alert(call.parameter("alert"));
  if (found) return *found;
  throw Error(ErrorCode::not_found, "alert: expected one that was raised, found no '" +
                                        call.parameter("alert").substr(0, 64) + "'");
}

Json acknowledge_alert(const Call& call, Service& service) {
  const std::string whole = text_or(call.body, "by"), by = whole.substr(0, utf8_prefix(whole, kMaxNameBytes));
  if (!service.store().acknowledge(call.parameter("alert"), by)) find_alert(call, service);
  service.attended(call.parameter("alert"), by);
  return stored_json(find_alert(call, service));
}

Json silence_json(const Silence& one) {
  return {{"id", one.id},
          {"topic", one.topic},
          {"entity", one.entity},
          {"event", one.event},
          {"until", format_time(one.until_us)},
          {"by", one.by},
          {"comment", one.comment}};
}

std::vector<Field> silence_fields() {
  return {{.name = "id", .help = "To end it by", .required = true},
          {.name = "topic", .help = "Or *", .required = true},
          {.name = "entity", .help = "Or *", .required = true},
          {.name = "event", .help = "Or *", .required = true},
          {.name = "until", .help = "When it ends", .required = true},
          {.name = "by", .help = "Who asked for it", .required = true},
          {.name = "comment", .help = "Why", .required = true}};
}

Json add_silence(const Call& call, Service& service) {
  const int64_t now = store::now_us();
  const double minutes = call.body.at("minutes").get<double>();
  const Silence one = {.id = entry_id("silence", call.id + std::to_string(now)),
                       .topic = text_or(call.body, "topic", kAll),
                       .entity = text_or(call.body, "entity", kAll),
                       .event = text_or(call.body, "event", kAll),
                       .until_us = now + static_cast<int64_t>(minutes * 60e6),
                       .by = text_or(call.body, "by").substr(0, kMaxNameBytes),
                       .comment = text_or(call.body, "comment").substr(0, kMaxWords)};
  service.store().silence(one);
  return silence_json(one);
}

Json list_silences(const Call&, Service& service) {
  Json list = Json::array();
  for (const Silence& one : service.store().silences()) list.push_back(silence_json(one));
  return {{"silences", list}};
}

Json end_silence(const Call& call, Service& service) {
  return {{"ended", service.store().end_silence(call.parameter("silence"))}};
}

}  // namespace

std::vector<Route> alert_routes(const ServicePointer& service) {
  return {
      {.method = "GET",
       .path = "/v1/monitor/alerts",
       .summary = "Alerts with their reasons, newest first",
       .query = {{.name = "state",
                  .help = "All where absent",
                  .choices = {"open", "ended", "unacknowledged"}},
                 {.name = "before", .help = "Seen before then"},
                 {.name = "limit", .kind = Kind::integer, .help = "At most so many", .min = 1, .max = 1000}},
       .reply =
           {{.name = "alerts",
             .kind = Kind::objects,
             .help = "As /v1/monitor/alerts/{alert} gives one",
             .required = true,
             .fields = alert_fields()},
            {.name = "alerts_a_day", .kind = Kind::number, .help = "As the settings say", .required = true},
            {.name = "thresholds",
             .kind = Kind::object,
             .help = "Of log odds, by event, as they stand now",
             .required = true},
            {.name = "account",
             .kind = Kind::number,
             .help = "Alerts that could be raised now",
             .required = true}},
       .is_watch = true,
       .handle = in_background(service, list_alerts)},
      {.method = "GET",
       .path = "/v1/monitor/alerts/{alert}",
       .summary = "One alert",
       .reply = alert_fields(),
       .handle = in_background(
           service, [](const Call& call, Service& one) { return stored_json(find_alert(call, one)); })},
      {.method = "POST",
       .path = "/v1/monitor/alerts/{alert}/acknowledge",
       .scope = Scope::feedback,
       .summary = "Somebody looks at it: it is not escalated",
       .body = {{.name = "by", .help = "Who"}},
       .reply = alert_fields(),
       .handle = in_background(service, acknowledge_alert)},
      {.method = "GET",
       .path = "/v1/monitor/silences",
       .summary = "Silences that hold now",
       .reply = {{.name = "silences",
                  .kind = Kind::objects,
                  .help = "By id",
                  .required = true,
                  .fields = silence_fields()}},
       .is_watch = true,
       .handle = in_background(service, list_silences)},
      {.method = "POST",
       .path = "/v1/monitor/silences",
       .scope = Scope::feedback,
       .summary = "Send no alerts of this kind for a while; they are raised and kept all the same",
       .body = {{.name = "minutes",
                 .kind = Kind::number,
                 .help = "How long",
                 .required = true,
                 .min = 1,
                 .max = kMostSilentMinutes},
                {.name = "topic", .help = "Any where absent"},
                {.name = "entity", .help = "Any where absent"},
                {.name = "event",
                 .help = "Any where absent",
                 .choices = {"negative_surge", "volume_burst", "new_story", "*"}},
                {.name = "by", .help = "Who asks for it"},
                {.name = "comment", .help = "Why"}},
       .reply = silence_fields(),
       .handle = in_background(service, add_silence)},
      {.method = "DELETE",
       .path = "/v1/monitor/silences/{silence}",
       .scope = Scope::feedback,
       .summary = "End a silence",
       .reply = {{.name = "ended", .kind = Kind::boolean, .help = "Whether it was there", .required = true}},
       .handle = in_background(service, end_silence)},
  };
}

}  // namespace heed::apps::monitor
