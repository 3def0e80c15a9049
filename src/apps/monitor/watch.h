#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "apps/monitor/baseline.h"
#include "apps/monitor/detectors.h"
#include "apps/monitor/surge_filter.h"

// One series of opinion under watch: a bucket's voices in, what the detectors think of it out.
namespace heed::apps::monitor {

// What was counted in a bucket. Voices, not messages: a text that was pasted a thousand times is one.
struct Bucket {
  int64_t begin_us = 0;
  double voices = 0.0;
  double negative = 0.0;  // of them
};

// What there is to see. (A recovery is the end of any of them.)
enum class Event { negative_surge, volume_burst, new_story };
inline constexpr size_t kEvents = 3;
std::string_view to_string(Event event);
Event parse_event(std::string_view name);  // negative_surge where it is another

// What the detectors see: negative voices, their share, all voices.
enum class Signal { negative, share, volume };
inline constexpr size_t kSignals = 3;

struct Votes {
  std::array<DetectorScores, kSignals> scores{};
  SurgeFilter::Odds joint;  // of all counts together
};

// What was usual when the bucket came, for a person to see.
struct Usual {
  double voices = 0.0, deviation = 0.0;  // and the standard deviation of a bucket's count about it
  double share = 0.0;                    // of negative ones
};

class Watch {
 public:
  explicit Watch(double bucket_hours = 1.0)
      : negative_(bucket_hours), volume_(bucket_hours), share_(bucket_hours) {}
  // Takes what is usual of all series together as what is known before the first bucket.
  void start_from(const Watch& all);

  // Buckets in the order of their time; those without a voice too.
  Votes update(const Bucket& bucket);

  Usual usual(int64_t ts_us) const;

 private:
  Baseline negative_, volume_;
  ShareBaseline share_;
  std::array<Detectors, kSignals> detectors_;
  SurgeFilter joint_;
};

}  // namespace heed::apps::monitor
