#include "apps/monitor/labelled.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "data/table.h"

namespace heed::apps::monitor {
namespace {

int64_t time_in(const data::Table& table, const data::Row& row, const char* column) {
  const std::string& text = row.fields[table.column(column)];
  const auto time = parse_time(text);
  if (time) return *time;
  throw Error(ErrorCode::invalid_argument,
              table.where(row) + ": column '" + column + "': expected a time, found '" + text + "'");
}

}  // namespace

std::vector<LabelledEvent> read_events(const std::filesystem::path& path) {
  const data::Table table = data::read_table(path);
  const size_t topic = table.column("topic"), entity = table.column("entity"), kind = table.column("event");
  std::vector<LabelledEvent> events;
  for (const data::Row& row : table.rows) {
    const auto name = [&](size_t column) {
      return row.fields[column].empty() ? std::string(kAll) : row.fields[column];
    };
    LabelledEvent event = {.series = {name(topic), name(entity)},
                           .event = Event::negative_surge,
                           .begin_us = time_in(table, row, "begin"),
                           .end_us = time_in(table, row, "end")};
    if (row.fields[kind] == to_string(Event::volume_burst)) {
      event.event = Event::volume_burst;
    } else if (row.fields[kind] != to_string(Event::negative_surge)) {
      throw Error(ErrorCode::invalid_argument,
                  table.where(row) + ": column 'event': expected negative_surge or volume_burst, found '" +
                      row.fields[kind] + "'");
    }
    events.push_back(event);
  }
  return events;
}

std::vector<WatchedSeries> watch_recording(const std::vector<Understood>& messages,
                                           const std::vector<LabelledEvent>& events,
                                           const MonitorOptions& options) {
  SeriesSet::Options series_options = options.series;
  series_options.bucket_minutes = options.bucket_minutes;
  SeriesSet set(series_options);
  RecentMessages recent(options.recent);
  EventClock clock(options.clock);
  std::map<SeriesKey, std::pair<WatchedSeries, std::vector<int64_t>>>
      watched;  // with the begins of its buckets
  const auto see = [&](int64_t begin_us, const std::vector<ClosedSeries>& closed) {
    for (const ClosedSeries& one : closed) {
      auto& [series, begins] = watched[*one.key];
      series.votes.push_back(one.votes);
      begins.push_back(begin_us);
    }
  };
  for (const Understood& message : messages) {
    if (clock.judge(message.message.ts_us) != EventClock::Verdict::on_time) continue;
    set.close_until(clock.watermark_us(), see);
    const RecentMessage& kept = recent.add(message, clock.latest_us());
    CountRows rows;
    add_message(kept.understood, kept.is_voice, rows);
    for (const auto& [cell, counts] : rows) set.add(cell, counts);
  }
  if (clock.latest_us() != EventClock::kNever) set.close_until(clock.latest_us() + set.bucket_us(), see);
  std::vector<WatchedSeries> series;
  for (auto& [key, one] : watched) {
    auto& [of_key, begins] = one;
    for (const LabelledEvent& event : events) {
      if (event.series != key) continue;
      InjectedEvent injected = {.event = event.event, .begin = begins.size(), .end = 0, .strength = 0};
      for (size_t i = 0; i < begins.size(); ++i) {
        const bool is_in = begins[i] + set.bucket_us() > event.begin_us && begins[i] < event.end_us;
        if (!is_in) continue;
        injected.begin = std::min(injected.begin, i);
        injected.end = i + 1;
      }
      if (injected.end > 0) of_key.events.push_back(injected);
    }
    series.push_back(std::move(of_key));
  }
  return series;
}

}  // namespace heed::apps::monitor
