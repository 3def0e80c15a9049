#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/monitor/backtest.h"
#include "apps/monitor/intake.h"

// Recorded messages with events that people know of, for a backtest.
namespace heed::apps::monitor {

struct LabelledEvent {
  SeriesKey series;
  Event event = Event::negative_surge;
  int64_t begin_us = 0, end_us = 0;
};

// From a table with columns topic, entity ("*" or empty: all), event (negative_surge, volume_burst), begin,
// end.
std::vector<LabelledEvent> read_events(const std::filesystem::path& path);

// The series of a recording, as the detectors saw them, with the events of each. Series that are not watched
// are left out.
std::vector<WatchedSeries> watch_recording(const std::vector<Understood>& messages,
                                           const std::vector<LabelledEvent>& events,
                                           const MonitorOptions& options);

}  // namespace heed::apps::monitor
