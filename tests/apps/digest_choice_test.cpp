#include <cmath>

#include <gtest/gtest.h>

#include "apps/digest/choice.h"
#include "base/error.h"
#include "base/random.h"

namespace heed::apps::digest {
namespace {

std::vector<ChoiceItem> made_items(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<ChoiceItem> items;
  for (size_t i = 0; i < count; ++i)
    items.push_back({.value = random.uniform() * random.uniform(),
                     .minutes = 0.2 - 1.5 * std::log(1 - random.uniform()),
                     .subject = static_cast<uint32_t>(random.below(count / 4)),
                     .source = static_cast<uint32_t>(random.below(count / 5)),
                     .fixed = i == 3});
  items[3].minutes = 0.5;
  return items;
}

double minutes_of(const std::vector<ChoiceItem>& items, const std::vector<uint8_t>& chosen) {
  double sum = 0;
  for (size_t i = 0; i < items.size(); ++i) sum += chosen[i] * items[i].minutes;
  return sum;
}

TEST(DigestChoice, is_the_best_of_all_choices_that_there_are) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<ChoiceItem> items = made_items(14, seed);
    ChoiceSolver solver(items, {.minutes = 5, .repeat_subject = 0.1, .repeat_source = 0.05});
    const Choice choice = solver.solve();
    double best = 0;
    for (uint32_t set = 0; set < 1U << items.size(); ++set) {
      std::vector<uint8_t> chosen;
      for (size_t i = 0; i < items.size(); ++i) chosen.push_back(set >> i & 1);
      if (chosen[3] == 0 || minutes_of(items, chosen) > 5) continue;
      best = std::max(best, solver.value_of(chosen));
    }
    EXPECT_GE(choice.value, 0.99 * best) << seed;
    EXPECT_GE(choice.bound, best - 1e-6) << seed;
    EXPECT_NEAR(choice.value, solver.value_of(choice.chosen), 1e-9);
    EXPECT_LE(minutes_of(items, choice.chosen), 5 + 1e-6);
    EXPECT_EQ(choice.chosen[3], 1);
  }
}

TEST(DigestChoice, a_subject_that_repeats_is_worth_less) {
  std::vector<ChoiceItem> items;
  for (uint32_t i = 0; i < 10; ++i)
    items.push_back({.value = i < 5 ? 0.9 : 0.85, .minutes = 1, .subject = i < 5 ? 0 : i, .source = i});
  const Choice choice = ChoiceSolver(items, {.minutes = 5, .repeat_subject = 0.1}).solve();
  int repeated = 0;
  for (size_t i = 0; i < 5; ++i) repeated += choice.chosen[i];
  EXPECT_EQ(repeated, 1);
  EXPECT_GT(choice.minute_price, 0.5);
}

TEST(DigestChoice, minutes_that_move_are_solved_again_from_where_it_stood) {
  const std::vector<ChoiceItem> items = made_items(200, 7);
  ChoiceSolver solver(items, {.minutes = 20});
  const double before = solver.solve().value;
  solver.set_minutes(10);
  const Choice less = solver.solve();
  EXPECT_LT(less.value, before);
  EXPECT_LE(minutes_of(items, less.chosen), 10 + 1e-6);
  EXPECT_GE(less.value, 0.99 * less.bound);
  solver.set_minutes(20);
  EXPECT_NEAR(solver.solve().value, before, 0.01 * before);
}

TEST(DigestChoice, refuses_numbers_that_are_none_and_too_much_that_is_fixed) {
  EXPECT_THROW(ChoiceSolver({{.value = NAN, .minutes = 1}}, {}), Error);
  EXPECT_THROW(ChoiceSolver({{.value = 1, .minutes = 30, .fixed = true}}, {.minutes = 20}), Error);
  EXPECT_THROW(ChoiceSolver({}, {.minutes = -1}), Error);
  EXPECT_TRUE(ChoiceSolver({}, {}).solve().chosen.empty());
}

}  // namespace
}  // namespace heed::apps::digest
