#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "base/threads.h"
#include "economy/allocator.h"
#include "economy/online.h"
#include "economy/problems.h"
#include "economy_rows.h"

namespace heed::bench {
namespace {

constexpr uint64_t kArrivals = 100'000;
constexpr uint64_t kSeeds = 20;

economy::Problem problem(uint64_t seed, bool drift) {
  economy::Problem made = economy::test::make_problem({.people = kArrivals, .items = 100, .pairs = 10}, seed);
  if (!drift) return made;
  for (uint64_t i = 0; i < made.people(); ++i) {  // values double over the day, some items' fall
    const double progress = static_cast<double>(i) / static_cast<double>(kArrivals);
    for (uint64_t p = made.begins[i]; p < made.begins[i + 1]; ++p)
      made.values[p] *= static_cast<float>(made.items[p] % 3 == 0 ? 1 - 0.5 * progress : 1 + progress);
  }
  return made;
}

struct Day {
  double share = 0;     // of the hindsight bound
  double exceeded = 0;  // greatest excess of a limit or of a person's minutes, relative
};

Day run(const economy::Problem& all, double bound, bool whole) {
  economy::Problem market;
  market.item_count = all.item_count;
  market.limits = all.limits;
  economy::OnlineAllocator online(market, {.arrivals = static_cast<double>(kArrivals), .whole = whole});
  Day day;
  for (uint64_t i = 0; i < all.people(); ++i) {
    const uint64_t begin = all.begins[i], count = all.begins[i + 1] - begin;
    constexpr float kNone = std::numeric_limits<float>::infinity();
    const std::vector<float>& amounts =
        online.arrive({.items = {all.items.data() + begin, count},
                       .costs = {all.costs.data() + begin, count},
                       .values = {all.values.data() + begin, count},
                       .budgets = {.minutes = all.minutes[i], .slots = kNone, .notifications = kNone}});
    double minutes = 0;
    for (size_t k = 0; k < amounts.size(); ++k)
      minutes += static_cast<double>(amounts[k]) * all.costs[begin + k];
    day.exceeded = std::max(day.exceeded, minutes / all.minutes[i] - 1);
  }
  for (size_t r = 0; r < all.limits.size(); ++r)
    day.exceeded = std::max(day.exceeded, online.used()[r] / all.limits[r].at_most - 1);
  day.share = 100 * online.value() / bound;
  return day;
}

struct Mean {
  double parts = 0, whole = 0, least = 100, exceeded = 0;
};

Mean over_seeds(bool drift) {
  Mean mean;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    economy::Allocator hindsight(problem(seed, drift), {.parallel = on_threads(2)});
    const double bound = hindsight.solve().bound;
    const Day parts = run(hindsight.problem(), bound, false), whole = run(hindsight.problem(), bound, true);
    mean.parts += parts.share / kSeeds;
    mean.whole += whole.share / kSeeds;
    mean.least = std::min(mean.least, parts.share);
    mean.exceeded = std::max({mean.exceeded, parts.exceeded, whole.exceeded});
  }
  return mean;
}

}  // namespace

std::vector<Figure> economy_online() {
  const Mean steady = over_seeds(false), drift = over_seeds(true);
  return {
      once("mean", "of hindsight, 20 seeds", steady.parts),
      once("exceeded", "greatest excess of a budget, relative", std::max(steady.exceeded, drift.exceeded)),
      once("least", "of the seeds", steady.least),
      once("drift", "mean, values drift over the day", drift.parts),
      once("whole", "whole choices, of hindsight in parts", steady.whole),
      once("whole_drift", "the same with the drift", drift.whole)};
}

}  // namespace heed::bench
