#include "base/random.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(Random, is_the_same_for_the_same_seed_on_every_machine) {
  Random random(42);
  const uint64_t first = random.next();
  EXPECT_EQ(Random(42).next(), first);
  EXPECT_NE(Random(43).next(), first);
  EXPECT_EQ(mix64(0), 0xe220a8397b1dcdafULL);  // SplitMix64's first output from state 0
}

TEST(Random, below_is_even_over_its_range) {
  Random random(7);
  std::vector<int> counts(10);
  for (int i = 0; i < 100000; ++i) ++counts[random.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(Random, normal_has_mean_zero_and_variance_one) {
  Random random(3);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 100000, 0.0, 0.02);
  EXPECT_NEAR(squares / 100000, 1.0, 0.02);
}

TEST(Random, shuffle_keeps_every_item) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  Random(1).shuffle(items);
  EXPECT_FALSE(std::is_sorted(items.begin(), items.end()));
  std::sort(items.begin(), items.end());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(items[i], i);
}

}  // namespace
}  // namespace heed
