#include "apps/monitor/simulate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/random.h"

namespace heed::apps::monitor {
namespace {

int64_t poisson(Random& random, double mean) {
  if (mean > 50) return std::max<int64_t>(0, std::llround(mean + std::sqrt(mean) * random.normal()));
  const double limit = std::exp(-mean);
  double product = random.uniform();
  int64_t count = 0;
  for (; product > limit; ++count) product *= random.uniform();
  return count;
}

// Gamma with mean 1 and this shape of at least 1 (Marsaglia and Tsang 2000).
double gamma(Random& random, double shape) {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(std::max(random.uniform(), 1e-300)) < x * x / 2 + d - d * v + d * std::log(v))
      return d * v / shape;
  }
}

double between(Random& random, double low, double high) { return low + (high - low) * random.uniform(); }

struct Character {
  double level, hour_swing, hour_peak, shape, share, drift;
  std::array<double, 7> days;
};

Character draw_character(Random& random, double bucket_hours) {
  Character one{.level = bucket_hours * std::exp(std::log(8.0) + 0.9 * random.normal()),
                .hour_swing = between(random, 0.2, 0.8),
                .hour_peak = between(random, 8, 20),
                .shape = between(random, 8, 60),
                .share = between(random, 0.12, 0.4),
                .drift = 0.0,
                .days = {}};
  const double weekend = between(random, 0.4, 1.1);
  for (size_t day = 0; day < 7; ++day) one.days[day] = (day >= 5 ? weekend : 1.0) * between(random, 0.9, 1.1);
  return one;
}

// Between 0 and 1 over the event's course.
double shape_of(int kind, double part) {
  switch (kind) {
    case 0:
      return 1.0;  // a step
    case 1:
      return part < 0.7 ? part / 0.7 : 1.0;  // a ramp
    default:
      return std::exp(-3 * part);  // a spike that fades
  }
}

struct Planned {
  InjectedEvent event;
  int kind;
};

std::vector<Planned> plan(Random& random, const SimulateOptions& options, size_t buckets) {
  std::vector<Planned> planned;
  const auto hours = [&](double count) {
    return std::max<size_t>(1, static_cast<size_t>(std::lround(count / options.bucket_hours)));
  };
  const size_t first = hours(24.0 * static_cast<double>(options.quiet_days));
  const double months = static_cast<double>(options.days - options.quiet_days) / 30;
  const auto add = [&](Event event, double a_month, double weakest, double strongest) {
    for (int64_t i = poisson(random, a_month * months); i > 0 && first + hours(48) < buckets; --i) {
      const size_t length = hours(std::exp(between(random, std::log(2.0), std::log(36.0))));
      const size_t begin = first + random.below(buckets - first - std::min(length, buckets - first - 1));
      const InjectedEvent one{.event = event,
                              .begin = begin,
                              .end = std::min(buckets, begin + length),
                              .strength = std::exp(between(random, std::log(weakest), std::log(strongest)))};
      // Two events of a kind that meet would be one.
      const size_t apart = hours(48);
      const bool is_free = std::ranges::none_of(planned, [&](const Planned& other) {
        return one.begin < other.event.end + apart && other.event.begin < one.end + apart;
      });
      if (is_free) planned.push_back({one, static_cast<int>(random.below(3))});
    }
  };
  add(Event::negative_surge, options.surges_a_month, 1.6, 6.0);
  add(Event::volume_burst, options.bursts_a_month, 1.6, 5.0);
  return planned;
}

}  // namespace

SimulatedSeries simulate_series(uint64_t seed, const SimulateOptions& options) {
  Random random(mix64(seed + 0x6d6f6e69746f72));
  const auto count =
      static_cast<size_t>(std::lround(24.0 * static_cast<double>(options.days) / options.bucket_hours));
  Character character = draw_character(random, options.bucket_hours);
  const std::vector<Planned> planned = plan(random, options, count);
  std::vector<double> flood(count, 0.0);
  for (int64_t i = poisson(random, options.floods_a_month * static_cast<double>(options.days) / 30); i > 0;
       --i) {
    const size_t at = random.below(count);
    flood[at] += std::exp(between(random, std::log(1.0), std::log(12.0)));
  }
  SimulatedSeries series;
  for (size_t i = 0; i < count; ++i) {
    const int64_t begin =
        options.begin_us +
        static_cast<int64_t>(static_cast<double>(i) * options.bucket_hours * static_cast<double>(kHourUs));
    const Season season = season_of(begin);
    const double angle = 2 * std::numbers::pi * (season.hour - character.hour_peak) / 24;
    character.drift = 0.995 * character.drift + 0.02 * random.normal();
    double usual = character.level * (1 + character.hour_swing * std::cos(angle)) *
                   character.days[static_cast<size_t>(season.day)] * gamma(random, character.shape);
    double negative = usual * std::clamp(character.share * std::exp(character.drift), 0.02, 0.9);
    double others = usual - negative;
    for (const Planned& one : planned) {
      if (i < one.event.begin || i >= one.event.end) continue;
      const double part =
          static_cast<double>(i - one.event.begin) / static_cast<double>(one.event.end - one.event.begin);
      const double extra = (one.event.strength - 1) * shape_of(one.kind, part);
      if (one.event.event == Event::negative_surge) {
        negative *= 1 + extra;
      } else {
        negative *= 1 + extra;
        others *= 1 + extra;
      }
    }
    const auto bad = static_cast<double>(poisson(random, negative) + poisson(random, flood[i] / 2));
    const auto good = static_cast<double>(poisson(random, others) + poisson(random, flood[i] / 2));
    series.buckets.push_back({.begin_us = begin, .voices = bad + good, .negative = bad});
  }
  for (const Planned& one : planned) series.events.push_back(one.event);
  std::ranges::sort(series.events, {}, &InjectedEvent::begin);
  return series;
}

}  // namespace heed::apps::monitor
