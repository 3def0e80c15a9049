#pragma once

#include <cstdint>
#include <vector>

#include "apps/monitor/watch.h"

// Series of opinion with known events in them, for backtests: made, and never shown as anything else.
namespace heed::apps::monitor {

struct SimulateOptions {
  int64_t days = 90;
  double bucket_hours = 1.0;
  double surges_a_month = 2.0;  // negative opinion rises: steps, ramps and spikes of 2 to 36 hours
  double bursts_a_month = 2.0;  // everything is talked about more, no worse than before
  double floods_a_month = 4.0;  // one text pasted many times; a few of the copies pass for other voices
  int64_t quiet_days = 14;      // at the beginning, without events
  int64_t begin_us = int64_t{1'704'067'200} * 1'000'000;  // Monday 2024-01-01
};

struct InjectedEvent {
  Event event = Event::negative_surge;
  size_t begin = 0, end = 0;  // buckets, end excluded
  double strength = 0.0;      // negative (or all) voices at its height, of the usual
};

struct SimulatedSeries {
  std::vector<Bucket> buckets;
  std::vector<InjectedEvent> events;
};

// Level, season, overdispersion and share of negative voices are drawn anew for each seed.
SimulatedSeries simulate_series(uint64_t seed, const SimulateOptions& options = {});

}  // namespace heed::apps::monitor
