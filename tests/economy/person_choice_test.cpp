#include "economy/person_choice.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"

using namespace heed;
using namespace heed::economy;

namespace {

constexpr float kNone = INFINITY;

}  // namespace

TEST(PersonChoice, a_knapsack_by_hand_takes_the_best_a_minute_first_and_part_of_the_next) {
  // Values 6, 5, 4 for 2, 5, 4 minutes: 3, 1 and 1 a minute; of 6 minutes the last pair gets 4 of 4 or 5.
  PersonChoice choice;
  choice.begin(3, 1e-4F);
  choice.add(6, 2, 0, 0.5F);
  choice.add(5, 5, 0, 0.5F);
  choice.add(4.4F, 4, 0, 0.5F);
  Budgets prices;
  choice.choose({.minutes = 4, .slots = kNone, .notifications = kNone}, prices);
  EXPECT_NEAR(choice.amount(0), 1, 1e-4);
  EXPECT_NEAR(choice.amount(1), 0, 1e-4);
  EXPECT_NEAR(choice.amount(2), 0.5, 1e-4);
  EXPECT_NEAR(prices.minutes, 1.1, 1e-3);  // one more minute goes to the last pair
}

TEST(PersonChoice, what_is_free_costs_no_price) {
  PersonChoice choice;
  choice.begin(2, 1e-3F);
  choice.add(1, 2, 0, 0.5F);
  choice.add(-1, 2, 0, 0.5F);
  Budgets prices{.minutes = 7, .slots = 7, .notifications = 7};  // wrong ones to start with
  choice.choose({.minutes = 10, .slots = 3, .notifications = 1}, prices);
  EXPECT_EQ(choice.amount(0), 1);
  EXPECT_EQ(choice.amount(1), 0);
  EXPECT_EQ(prices.minutes, 0);
  EXPECT_EQ(prices.slots, 0);
  EXPECT_EQ(prices.notifications, 0);
}

TEST(PersonChoice, nothing_fits_in_empty_budgets) {
  PersonChoice choice;
  choice.begin(2, 1e-2F);
  choice.add(3, 1, 1, 0.5F);
  choice.add(2, 1, 0, 0.5F);
  Budgets prices;
  choice.choose({.minutes = 5, .slots = kNone, .notifications = 0}, prices);
  EXPECT_EQ(choice.amount(0), 0);  // it takes a notification
  EXPECT_EQ(choice.amount(1), 1);
  choice.choose({.minutes = 0, .slots = kNone, .notifications = kNone}, prices);
  EXPECT_EQ(choice.amount(0) + choice.amount(1), 0);
}

// The conditions of an optimum, with any budgets, from any start: a price only where a budget is used up.
TEST(PersonChoice, budgets_hold_and_prices_are_paid_only_where_they_bind) {
  Random random(3);
  int misses = 0;
  for (int k = 0; k < 5000; ++k) {
    SCOPED_TRACE(k);
    const auto count = static_cast<uint32_t>(1 + random.below(12));
    PersonChoice choice;
    choice.begin(count, static_cast<float>(std::pow(10, -3 * random.uniform())));
    std::vector<double> costs, notices;
    for (uint32_t p = 0; p < count; ++p) {
      costs.push_back(1 + 9 * random.uniform());
      notices.push_back(static_cast<double>(random.below(2)));
      choice.add(static_cast<float>(2 * random.uniform() - 0.5), static_cast<float>(costs[p]),
                 static_cast<float>(notices[p]), static_cast<float>(random.below(3)) / 2);
    }
    const Budgets budgets{
        .minutes = static_cast<float>(20 * random.uniform()),
        .slots = random.below(2) == 0 ? kNone : static_cast<float>(random.below(5)),
        .notifications = random.below(3) == 0 ? kNone : static_cast<float>(random.below(3))};
    Budgets prices{.minutes = static_cast<float>(random.uniform()),
                   .slots = static_cast<float>(random.uniform()),
                   .notifications = static_cast<float>(random.uniform())};
    choice.choose(budgets, prices);
    double minutes = 0, slots = 0, notifications = 0;
    for (uint32_t p = 0; p < count; ++p) {
      minutes += costs[p] * choice.amount(p);
      slots += choice.amount(p);
      notifications += notices[p] * choice.amount(p);
    }
    const auto hold = [&](double used, float budget, float price) {
      EXPECT_LE(used, budget * (1 + 1e-6) + 1e-9);
      EXPECT_GE(price, 0);
      if (price > 1e-6F && used < budget - 1e-2 * std::max(budget, 1.0F)) ++misses;
    };
    hold(minutes, budgets.minutes, prices.minutes);
    hold(slots, budgets.slots, prices.slots);
    hold(notifications, budgets.notifications, prices.notifications);
  }
  EXPECT_LE(misses, 2);  // float ends before the root where several budgets meet at one bend
}

TEST(PersonChoice, the_price_of_a_knapsack_is_that_of_the_pair_that_does_not_fit_whole) {
  std::vector<uint32_t> order;
  const std::vector<float> nets = {6, 5, 4.4F, -1}, costs = {2, 5, 4, 1};
  EXPECT_FLOAT_EQ(knapsack_price(nets, costs, 4, order), 1.1F);
  EXPECT_FLOAT_EQ(knapsack_price(nets, costs, 1, order), 3);
  EXPECT_FLOAT_EQ(knapsack_price(nets, costs, 11, order), 0);
}
