#include "apps/monitor/watch.h"

#include <algorithm>
#include <cmath>

namespace heed::apps::monitor {

std::string_view to_string(Event event) {
  constexpr std::array<std::string_view, kEvents> kNames = {"negative_surge", "volume_burst", "new_story"};
  return kNames[static_cast<size_t>(event)];
}

Event parse_event(std::string_view name) {
  for (const Event event : {Event::volume_burst, Event::new_story})
    if (name == to_string(event)) return event;
  return Event::negative_surge;
}

void Watch::start_from(const Watch& all) {
  negative_.start_from(all.negative_);
  volume_.start_from(all.volume_);
  share_.start_from(all.share_);
}

Usual Watch::usual(int64_t ts_us) const {
  return {.voices = volume_.expected(ts_us),
          .deviation = std::sqrt(volume_.variance(ts_us)),
          .share = joint_.usual_share(std::clamp(share_.expected(), 0.01, 0.99))};
}

Votes Watch::update(const Bucket& bucket) {
  const auto observe = [&](const Baseline& baseline, double count) {
    const double expected = baseline.expected(bucket.begin_us);
    return Observation{.residual = baseline.residual(bucket.begin_us, count),
                       .count = count,
                       .expected = expected,
                       .overdispersion = baseline.variance(bucket.begin_us) / expected};
  };
  const double usual = volume_.expected(bucket.begin_us), share = share_.expected();
  const Observation of_share = {.residual = share_.residual(bucket.negative, bucket.voices),
                                .count = bucket.negative,
                                .expected = bucket.voices * share,
                                .overdispersion = 1.0};
  const Votes votes = {
      .scores = {detectors_[0].update(observe(negative_, bucket.negative)), detectors_[1].update(of_share),
                 detectors_[2].update(observe(volume_, bucket.voices))},
      .joint = joint_.update({.negative = bucket.negative,
                              .others = bucket.voices - bucket.negative,
                              .usual = usual,
                              .share = std::clamp(share, 0.01, 0.99),
                              .dispersion = (volume_.variance(bucket.begin_us) - usual) / (usual * usual)})};
  negative_.learn(bucket.begin_us, bucket.negative);
  volume_.learn(bucket.begin_us, bucket.voices);
  share_.learn(bucket.negative, bucket.voices);
  return votes;
}

}  // namespace heed::apps::monitor
