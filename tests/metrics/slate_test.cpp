#include "metrics/slate.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::metrics;

// Three positions of two items each, reward the sum of what stands there: items 1 at 0.2, 0.3, 0.1.
TEST(SlatePseudoInverse, finds_what_another_policy_earns_where_rewards_add_up) {
  const double worth[3] = {0.2, 0.3, 0.1}, logged = 0.4, wanted[3] = {0.9, 0.1, 0.5};
  const double truth = 0.9 * 0.2 + 0.1 * 0.3 + 0.5 * 0.1;
  int covered = 0;
  for (uint64_t run = 0; run < 200; ++run) {
    Random random(run);
    std::vector<double> rewards, propensities, targets;
    for (int i = 0; i < 500; ++i) {
      double reward = 0.1 * random.normal();
      for (int k = 0; k < 3; ++k) {
        const bool one = random.uniform() < logged;
        reward += one ? worth[k] : 0;
        propensities.push_back(one ? logged : 1 - logged);
        targets.push_back(one ? wanted[k] : 1 - wanted[k]);
      }
      rewards.push_back(reward);
    }
    const auto estimate = slate_pseudo_inverse({rewards, propensities, targets, 3});
    covered += estimate.interval.lower <= truth && truth <= estimate.interval.upper;
  }
  EXPECT_GE(covered, 180);
  EXPECT_LE(covered, 199);
}

TEST(SlatePseudoInverse, of_one_position_is_inverse_propensity) {
  const std::vector<double> rewards = {1, 0, 2, 1}, propensities = {0.5, 0.25, 0.5, 1},
                            targets = {1, 0.5, 0, 0.25};
  const auto slate = slate_pseudo_inverse({rewards, propensities, targets, 1});
  const auto plain = inverse_propensity({rewards, propensities, targets, {}, {}});
  EXPECT_NEAR(slate.value, plain.value, 1e-12);
  EXPECT_NEAR(slate.interval.lower, plain.interval.lower, 1e-12);
  EXPECT_NEAR(slate.effective_rows, plain.effective_rows, 1e-12);
}

TEST(SlatePseudoInverse, refuses_propensities_of_zero_and_ragged_slates) {
  const std::vector<double> two = {1, 0}, four = {0.5, 0.5, 0.5, 0.5}, zero = {0.5, 0, 0.5, 0.5};
  EXPECT_THROW(slate_pseudo_inverse({two, zero, four, 2}), Error);
  EXPECT_THROW(slate_pseudo_inverse({two, four, four, 3}), Error);
}
