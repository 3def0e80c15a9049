#include "economy/online.h"

#include <cmath>

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/allocator.h"
#include "economy/problems.h"

using namespace heed;
using namespace heed::economy;

namespace {

Problem market_of(const Problem& problem) {
  Problem market;
  market.item_count = problem.item_count;
  market.sources = problem.sources;
  market.limits = problem.limits;
  return market;
}

Arrival arrival_of(const Problem& problem, uint64_t i) {
  const uint64_t begin = problem.begins[i], count = problem.begins[i + 1] - begin;
  return {.items = {problem.items.data() + begin, count},
          .costs = {problem.costs.data() + begin, count},
          .values = {problem.values.data() + begin, count},
          .budgets = {.minutes = problem.minutes[i],
                      .slots = problem.slots.empty() ? INFINITY : problem.slots[i],
                      .notifications = INFINITY}};
}

}  // namespace

TEST(Online, the_best_whole_choices_are_those_of_trying_them_all) {
  Random random(2);
  for (int k = 0; k < 200; ++k) {
    SCOPED_TRACE(k);
    const size_t count = 1 + random.below(9);
    std::vector<float> nets, costs;
    std::vector<uint8_t> notices;
    for (size_t p = 0; p < count; ++p) {
      nets.push_back(static_cast<float>(random.uniform() * 3 - 1));
      costs.push_back(static_cast<float>(random.uniform() * 5));
      notices.push_back(static_cast<uint8_t>(random.below(2)));
    }
    const Budgets budgets{.minutes = static_cast<float>(random.uniform() * 12),
                          .slots = static_cast<float>(random.below(6)),
                          .notifications = static_cast<float>(random.below(3))};
    double best = 0;
    for (uint32_t mask = 0; mask < 1U << count; ++mask) {
      double net = 0, minutes = 0, slots = 0, notifications = 0;
      for (size_t p = 0; p < count; ++p) {
        if ((mask >> p & 1U) == 0) continue;
        net += nets[p];
        minutes += costs[p];
        slots += 1;
        notifications += notices[p];
      }
      if (minutes <= budgets.minutes && slots <= budgets.slots && notifications <= budgets.notifications)
        best = std::max(best, net);
    }
    const std::vector<float> found = best_whole(nets, costs, notices, budgets);
    double net = 0;
    for (size_t p = 0; p < count; ++p) net += nets[p] * found[p];
    EXPECT_NEAR(net, best, 1e-5);
  }
}

TEST(Online, limits_and_budgets_are_never_exceeded_and_little_is_lost_against_hindsight) {
  test::Shape shape{.people = 20'000, .items = 50};
  const Problem problem = test::make_problem(shape, 8);
  const double best = Allocator(problem).solve().bound;
  OnlineAllocator online(market_of(problem), {.arrivals = 20'000, .whole = false});
  for (uint64_t i = 0; i < problem.people(); ++i) {
    const Arrival arrival = arrival_of(problem, i);
    const std::vector<float>& amounts = online.arrive(arrival);
    double minutes = 0;
    for (size_t k = 0; k < amounts.size(); ++k) minutes += amounts[k] * static_cast<double>(arrival.costs[k]);
    ASSERT_LE(minutes, arrival.budgets.minutes * (1 + 1e-6));
  }
  for (size_t r = 0; r < problem.limits.size(); ++r)
    EXPECT_LE(online.used()[r], problem.limits[r].at_most * (1 + 1e-9));
  EXPECT_GE(online.value(), 0.96 * best);
  EXPECT_LE(online.value(), best);
  EXPECT_EQ(online.arrived(), 20'000);
}

TEST(Online, a_scarce_item_is_kept_for_who_values_it) {
  Problem market;
  market.item_count = 1;
  market.limits = {{.of = LimitOf::item, .index = 0, .at_most = 100}};
  OnlineAllocator online(market, {.arrivals = 1000});
  const std::vector<uint32_t> items = {0};
  const std::vector<float> costs = {1};
  double of_dear = 0;
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::vector<float> values = {random.below(10) == 0 ? 10.0F : 1.0F};
    const float given =
        online.arrive({.items = items,
                       .costs = costs,
                       .values = values,
                       .budgets = {.minutes = 1, .slots = INFINITY, .notifications = INFINITY}})[0];
    if (values[0] > 5) of_dear += given;
  }
  EXPECT_LE(online.used()[0], 100);
  EXPECT_GE(of_dear, 60);  // first come, first served would give them 10
}

TEST(Online, bad_arrivals_are_refused) {
  Problem market;
  market.item_count = 1;
  OnlineAllocator online(market, {.arrivals = 10});
  const std::vector<uint32_t> items = {1};
  const std::vector<float> ones = {1}, negative = {-1};
  EXPECT_THROW(online.arrive({.items = items, .costs = ones, .values = ones, .budgets = {}}), Error);
  const std::vector<uint32_t> known = {0};
  EXPECT_THROW(online.arrive({.items = known, .costs = negative, .values = ones, .budgets = {}}), Error);
  EXPECT_THROW(OnlineAllocator(market, {.arrivals = 0}), Error);
}
