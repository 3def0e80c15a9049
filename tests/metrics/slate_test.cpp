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

// One item is shown once in fifty slates and wanted in half: its weight is left to the model.
TEST(SlateSwitch, is_steadier_than_the_pseudo_inverse_and_as_right_as_its_model) {
  double plain_squares = 0, switch_squares = 0;
  const double truth = 0.5 * 0.4 + 0.5 * 0.3;
  for (uint64_t run = 0; run < 100; ++run) {
    Random random(run + 1);
    std::vector<double> rewards, propensities, targets, predicted, values;
    for (int i = 0; i < 400; ++i) {
      const bool first = random.uniform() < 0.02, second = random.uniform() < 0.5;
      rewards.push_back((first ? 0.4 : 0) + (second ? 0.3 : 0) + 0.1 * random.normal());
      propensities.insert(propensities.end(), {first ? 0.02 : 0.98, 0.5});
      targets.insert(targets.end(), {0.5, 0.5});
      predicted.push_back((first ? 0.4 : 0) + (second ? 0.3 : 0));
      values.push_back(truth);
    }
    const LoggedSlates log{rewards, propensities, targets, 2};
    const double plain = slate_pseudo_inverse(log).value - truth;
    const double switched = slate_switch_doubly_robust(log, predicted, values).value - truth;
    plain_squares += plain * plain / 100;
    switch_squares += switched * switched / 100;
  }
  EXPECT_LT(switch_squares, 0.25 * plain_squares);
  EXPECT_LT(switch_squares, 1e-4);
}

TEST(SlateSwitch, without_great_weights_it_is_doubly_robust_and_wants_its_model) {
  const std::vector<double> rewards = {1, 0, 2}, even(6, 0.5), targets = {1, 0.5, 0.25, 0.5, 1, 1},
                            q = {0.5, 0.5, 1}, v = {1, 1, 1};
  const auto estimate = slate_switch_doubly_robust({rewards, even, targets, 2}, q, v, {.switch_at = 100});
  // w = (sum of targets / 0.5) - 1: 2, 0.5, 3.
  EXPECT_NEAR(estimate.value, (1 + 2 * 0.5 + 1 + 0.5 * -0.5 + 1 + 3 * 1) / 3, 1e-12);
  EXPECT_THROW(slate_switch_doubly_robust({rewards, even, targets, 2}, {}, v), Error);
}
