#include "apps/monitor/monitor.h"

#include <algorithm>
#include <utility>

namespace heed::apps::monitor {
namespace {

// Of a bucket: what one or two say is no opinion that turned.
constexpr int64_t kFewestVoices = 3;

SeriesSet::Options with_bucket(SeriesSet::Options options, int64_t minutes) {
  options.bucket_minutes = minutes;
  return options;
}

AlertPolicy::Options policy_options(const MonitorOptions& options) {
  return {.alerts_a_day = options.alerts_a_day,
          .bucket_hours = static_cast<double>(options.bucket_minutes) / 60};
}

// What it quotes must still be there when its bucket closes.
RecentMessages::Options window_of(const MonitorOptions& options) {
  RecentMessages::Options recent = options.recent;
  const int64_t least = 2 * options.bucket_minutes * kMinuteUs + options.clock.lateness_us;
  recent.window_us = std::max(recent.window_us, least);
  return recent;
}

}  // namespace

Json to_json(const MessageCounts& counts) {
  return {
      {"messages", counts.messages},    {"copies", counts.copies},         {"late", counts.late},
      {"ahead", counts.ahead},          {"duplicates", counts.duplicates}, {"unreadable", counts.unreadable},
      {"suppressed", counts.suppressed}};
}

Monitor::Monitor(const MonitorOptions& options, const Ensemble& ensemble, ReadTexts read)
    : options_(options),
      ensemble_(ensemble),
      read_(std::move(read)),
      clock_(options.clock),
      recent_(window_of(options)),
      series_(with_bucket(options.series, options.bucket_minutes)),
      stories_({.bucket_hours = static_cast<double>(options.bucket_minutes) / 60}),
      policy_(policy_options(options), ensemble) {}

Changes Monitor::apply(std::vector<Understood> messages) {
  Changes changes;
  for (Understood& message : messages) {
    const int64_t ts = message.message.ts_us;
    const EventClock::Verdict verdict = clock_.judge(ts);
    // Before this message counts, so that batches do not matter.
    close(changes, clock_.watermark_us());
    const bool is_closed =
        series_.next_close_us() != SeriesSet::kNone && ts < series_.next_close_us() && closed_any_;
    if (verdict == EventClock::Verdict::ahead || verdict == EventClock::Verdict::late || is_closed) {
      const bool is_ahead = verdict == EventClock::Verdict::ahead;
      ++(is_ahead ? counts_.ahead : counts_.late);
      changes.messages.push_back({.understood = std::move(message), .fate = is_ahead ? "ahead" : "late"});
      continue;
    }
    const RecentMessage& kept = recent_.add(std::move(message), clock_.latest_us());
    ++counts_.messages;
    counts_.copies += !kept.is_voice;
    CountRows rows;
    add_message(kept.understood, kept.is_voice, rows);
    for (const auto& [cell, counts] : rows) {
      changes.counts[cell].add(counts);
      series_.add(cell, counts);
    }
    if (kept.is_voice) add_story(kept.understood.message);
    changes.messages.push_back({.understood = kept.understood,
                                .fate = "counted",
                                .number = kept.number,
                                .cluster = kept.cluster,
                                .is_voice = kept.is_voice});
  }
  return changes;
}

void Monitor::add_story(const Message& message) {
  stories_.add(bucket_begin(message.ts_us, options_.bucket_minutes), words_said(message.text));
}

Changes Monitor::finish() {
  Changes changes;
  if (clock_.latest_us() != EventClock::kNever) close(changes, clock_.latest_us() + series_.bucket_us());
  // How far those that go on have come.
  for (const Incident& incident : policy_.open()) {
    const auto open = open_.find(alert_id(incident));
    if (open == open_.end()) continue;
    grow_alert(open->second, incident);
    changes.alerts.push_back({AlertStep::Kind::grown, open->second});
  }
  return changes;
}

void Monitor::close(Changes& changes, int64_t watermark_us) {
  bool has_closed = false;
  series_.close_until(watermark_us, [&](int64_t begin_us, const std::vector<ClosedSeries>& closed) {
    closed_any_ = has_closed = true;
    decide(begin_us, closed, changes);
  });
  if (!has_closed) return;
  for (auto& [word, rate] : stories_.take_changed()) changes.words[word] = rate;
}

void Monitor::decide(int64_t begin_us, const std::vector<ClosedSeries>& closed, Changes& changes) {
  std::vector<Candidate> candidates;
  for (const ClosedSeries& one : closed) {
    if (one.counts.voices < kFewestVoices) continue;
    for (const Event event : {Event::negative_surge, Event::volume_burst})
      candidates.push_back({.key = *one.key, .event = event, .log_odds = ensemble_.score(event, one.votes)});
  }
  const auto all =
      std::ranges::find_if(closed, [](const ClosedSeries& one) { return *one.key == SeriesKey(); });
  for (RisenStory& story : stories_.close(begin_us)) {
    // A story is quoted from the bucket of all messages.
    if (all != closed.end())
      candidates.push_back(
          {.key = {}, .event = Event::new_story, .log_odds = story.score, .words = std::move(story.words)});
  }
  const Decisions decisions = policy_.close(begin_us, std::move(candidates), series_.watched());
  counts_.suppressed += decisions.suppressed;
  for (const Incident& incident : decisions.raised) {
    const auto lead =
        std::ranges::find_if(closed, [&](const ClosedSeries& one) { return *one.key == incident.lead; });
    Alert alert = make_alert(incident, *lead, series_.bucket_us(), recent_, read_);
    changes.alerts.push_back({AlertStep::Kind::raised, alert});
    open_[alert.id] = std::move(alert);
  }
  for (size_t i = 0; i < decisions.grown.size(); ++i) {
    const Incident& incident = decisions.grown[i];
    const auto open = open_.find(alert_id(incident));
    if (open == open_.end()) continue;
    const auto lead =
        std::ranges::find_if(closed, [&](const ClosedSeries& one) { return *one.key == incident.lead; });
    if (decisions.stronger[i] && lead != closed.end())
      renew_alert(open->second, incident, begin_us, *lead, series_.bucket_us(), recent_, read_);
    else
      grow_alert(open->second, incident);
    changes.alerts.push_back({AlertStep::Kind::grown, open->second});
  }
  for (const Incident& incident : decisions.ended) {
    auto open = open_.extract(alert_id(incident));
    if (!open) continue;
    // Since the last bucket that was not quiet.
    grow_alert(open.mapped(), incident);
    end_alert(open.mapped(), begin_us + series_.bucket_us() - incident.quiet * series_.bucket_us());
    changes.alerts.push_back({AlertStep::Kind::ended, std::move(open.mapped())});
  }
}

Json Monitor::state() const {
  return {{"clock", clock_.to_json()},
          {"policy", policy_.to_json()},
          {"counts", to_json(counts_)},
          {"next_close_us", series_.next_close_us()},
          {"stories", stories_.state()},
          {"closed_any", closed_any_},
          {"first_recent", static_cast<int64_t>(recent_.first())},
          {"next_number", static_cast<int64_t>(recent_.next())}};
}

void Monitor::restore_counts(const CellBucket& cell, const Counts& counts, int64_t next_close_us) {
  // What was closed then is closed again, and nothing is said of it; the buckets that were open stay so.
  series_.close_until(std::min(cell.begin_us, next_close_us), nullptr);
  series_.add(cell, counts);
}

void Monitor::restore_message(KeptMessage message) {
  // Of a bucket that is closed already it is dropped, once that is known.
  if (message.is_voice) add_story(message.understood.message);
  recent_.restore({.understood = std::move(message.understood),
                   .number = message.number,
                   .cluster = message.cluster,
                   .is_voice = message.is_voice});
}

void Monitor::restore_state(const Json& state, const std::string& where, std::vector<Alert> open) {
  clock_.restore(json_field<Json>(state, "clock", where), where);
  policy_.restore(json_field<Json>(state, "policy", where), where);
  const Json counts = json_field<Json>(state, "counts", where);
  counts_ = {.messages = json_field<int64_t>(counts, "messages", where),
             .copies = json_field<int64_t>(counts, "copies", where),
             .late = json_field<int64_t>(counts, "late", where),
             .ahead = json_field<int64_t>(counts, "ahead", where),
             .duplicates = json_field<int64_t>(counts, "duplicates", where),
             .unreadable = json_field<int64_t>(counts, "unreadable", where),
             .suppressed = json_field<int64_t>(counts, "suppressed", where)};
  stories_.restore_state(json_field<Json>(state, "stories", where), where);
  stories_.drop_before(json_field<int64_t>(state, "next_close_us", where));
  closed_any_ = json_field<bool>(state, "closed_any", where);
  if (recent_.size() == 0)
    recent_.restart_at(static_cast<uint64_t>(json_field<int64_t>(state, "next_number", where)));
  series_.close_until(json_field<int64_t>(state, "next_close_us", where), nullptr);
  for (Alert& alert : open) {
    std::string id = alert.id;
    open_.insert_or_assign(std::move(id), std::move(alert));
  }
}

}  // namespace heed::apps::monitor
