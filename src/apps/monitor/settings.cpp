#include "apps/monitor/settings.h"

namespace heed::apps::monitor {

void add_settings(Settings& keys, const std::string& prefix, MonitorSettings& s) {
  const auto key = [&](const char* name) { return prefix + name; };
  keys.add(key("enabled"), &s.enabled, "Whether this server watches opinion");
  keys.add(key("model"), &s.model,
           "Model with heads for topic and sentiment; empty: senders give both in every message");
  keys.add(key("topic_head"), &s.topic_head, "Its head for topics; a model may lack it");
  keys.add(key("sentiment_head"), &s.sentiment_head,
           "Its head for sentiment: negative, neutral, positive (or 0 and 1)");
  keys.add(key("entities"), &s.entities, "Table of who is watched: columns entity and alias, a row an alias");
  keys.add(key("ensemble"), &s.ensemble,
           "Weights of the detectors' votes, as heed monitor backtest --fit writes them");
  keys.add(key("bucket"), &s.bucket, "Length of the buckets that detectors look at",
           {"minute", "hour", "day"});
  keys.add(key("alerts_a_day"), &s.alerts_a_day,
           "Alerts that people can read; thresholds are chosen to keep to it", 0.001, 100'000);
  keys.add(key("lateness_minutes"), &s.lateness_minutes,
           "How long a bucket waits for messages that come late", 0.0, 1e5);
  keys.add(key("max_jump_days"), &s.max_jump_days,
           "A message so far ahead of all others is not believed until four more agree with it", 0.04, 1e4);
  keys.add(key("least_voices"), &s.least_voices,
           "Voices a topic or entity must have had before it is watched", 1, 1'000'000);
  keys.add(key("duplicate_hours"), &s.duplicate_hours,
           "How long a text is remembered, so that a copy is no second voice", 0.1, 24.0 * 30);
  keys.add(key("duplicate_messages"), &s.duplicate_messages, "At most so many messages are remembered for it",
           100, 10'000'000);
  keys.add(key("streams"), &s.streams, "Streams of messages: file:PATH, redis://HOST:PORT/STREAM, or -");
  keys.add(key("feeds"), &s.feeds, "RSS and Atom feeds, http(s)://...; the only addresses that are asked");
  keys.add(key("feed_minutes"), &s.feed_minutes, "How often a feed is asked", 0.01, 1e5);
  keys.add(key("webhook_url"), &s.webhook_url,
           "Where alerts are posted as Alertmanager posts them; empty: nowhere");
  keys.add(key("webhook_secret_file"), &s.webhook_secret_file,
           "File with the secret that they are signed with (X-Heed-Signature: sha256=...)");
  keys.add(
      key("analysts"), &s.analysts,
      "Who reads alerts, where a market for minutes runs (apps.economy): an alert is posted when it gets "
      "minutes of one of them");
  keys.add(key("alert_minutes"), &s.alert_minutes, "That an alert takes of an analyst", 0.1, 1440.0);
  keys.add(key("escalate_minutes"), &s.escalate_minutes,
           "An alert that nobody acknowledged is posted once more after so long; 0: never", 0.0, 1e6);
  keys.add(key("message_days"), &s.message_days, "How long messages are kept", 1, 100'000);
  keys.add(key("minute_days"), &s.minute_days, "How long counts of minutes are kept", 1, 100'000);
  keys.add(key("hour_days"), &s.hour_days, "How long counts of hours are kept; those of days stay", 1,
           100'000);
}

MonitorOptions MonitorSettings::options() const {
  MonitorOptions options;
  options.bucket_minutes = bucket == "minute" ? 1 : bucket == "day" ? 1440 : 60;
  options.alerts_a_day = alerts_a_day;
  options.clock.lateness_us = static_cast<int64_t>(lateness_minutes * 60e6);
  options.clock.max_jump_us = static_cast<int64_t>(max_jump_days * 86400e6);
  options.series.least_voices = least_voices;
  options.recent.window_us = static_cast<int64_t>(duplicate_hours * 3600e6);
  options.recent.most = static_cast<size_t>(duplicate_messages);
  return options;
}

Retention MonitorSettings::retention() const {
  return {.message_days = message_days, .minute_days = minute_days, .hour_days = hour_days};
}

Ensemble read_ensemble(const MonitorSettings& settings) {
  if (settings.ensemble.empty()) return usual_ensemble();
  return Ensemble::parse(read_json_file(settings.ensemble), settings.ensemble);
}

}  // namespace heed::apps::monitor
