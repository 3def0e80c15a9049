#include "metrics/off_policy.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Values = std::vector<double>;

// A world of two kinds of people and three actions with known chances of a reward.
constexpr std::array<std::array<double, 3>, 2> kReward = {{{0.1, 0.5, 0.3}, {0.6, 0.2, 0.4}}};
constexpr std::array<std::array<double, 3>, 2> kLogging = {{{0.6, 0.2, 0.2}, {0.3, 0.6, 0.1}}};
constexpr std::array<std::array<double, 3>, 2> kTarget = {{{0.1, 0.8, 0.1}, {0.8, 0.1, 0.1}}};
// Half of the people are of each kind: (0.1*0.1 + 0.8*0.5 + 0.1*0.3 + 0.8*0.6 + 0.1*0.2 + 0.1*0.4) / 2.
constexpr double kTruth = 0.49;

struct Log {
  Values rewards, propensities, target, predicted, value;
  LoggedDecisions view() const { return {rewards, propensities, target, predicted, value}; }
};

// `model_error` is added to every predicted reward.
Log draw(int rows, uint64_t seed, double model_error = 0) {
  Random random(seed);
  Log log;
  for (int i = 0; i < rows; ++i) {
    const size_t kind = random.below(2);
    double left = random.uniform();
    size_t action = 0;
    while (action < 2 && (left -= kLogging[kind][action]) > 0) ++action;
    log.rewards.push_back(random.uniform() < kReward[kind][action] ? 1 : 0);
    log.propensities.push_back(kLogging[kind][action]);
    log.target.push_back(kTarget[kind][action]);
    log.predicted.push_back(kReward[kind][action] + model_error);
    double value = 0;
    for (size_t a = 0; a < 3; ++a) value += kTarget[kind][a] * (kReward[kind][a] + model_error);
    log.value.push_back(value);
  }
  return log;
}

TEST(OffPolicy, a_worked_log_of_two_rows) {
  // Weights 2 and 0.5. IPS (2*1 + 0.5*0)/2 = 1; SNIPS 2/2.5; DM (0.6+0.4)/2; DR ((0.6 + 2*0.5) + (0.4 -
  // 0.5*0.2))/2.
  const Values rewards = {1, 0}, propensities = {0.25, 0.5}, target = {0.5, 0.25}, q = {0.5, 0.2},
               v = {0.6, 0.4};
  const LoggedDecisions log = {rewards, propensities, target, q, v};
  EXPECT_DOUBLE_EQ(inverse_propensity(log).value, 1);
  EXPECT_DOUBLE_EQ(self_normalised_inverse_propensity(log).value, 0.8);
  EXPECT_DOUBLE_EQ(direct_method(log).value, 0.5);
  EXPECT_DOUBLE_EQ(doubly_robust(log).value, (1.6 + 0.3) / 2);
  EXPECT_DOUBLE_EQ(switch_doubly_robust(log, {.switch_at = 1}).value, (0.6 + 0.3) / 2);
  EXPECT_DOUBLE_EQ(inverse_propensity(log).effective_rows, 2.5 * 2.5 / 4.25);
  EXPECT_DOUBLE_EQ(inverse_propensity(log).greatest_weight, 2);
}

TEST(OffPolicy, every_estimator_finds_the_known_truth) {
  const Log log = draw(40000, 1);
  EXPECT_NEAR(inverse_propensity(log.view()).value, kTruth, 0.02);
  EXPECT_NEAR(self_normalised_inverse_propensity(log.view()).value, kTruth, 0.02);
  EXPECT_NEAR(direct_method(log.view()).value, kTruth, 0.005);
  EXPECT_NEAR(doubly_robust(log.view()).value, kTruth, 0.02);
  EXPECT_NEAR(switch_doubly_robust(log.view(), {.switch_at = 3}).value, kTruth, 0.02);
}

TEST(OffPolicy, doubly_robust_survives_a_wrong_model_where_the_direct_method_does_not) {
  const Log log = draw(40000, 2, 0.3);
  EXPECT_NEAR(direct_method(log.view()).value, kTruth + 0.3, 0.01);
  EXPECT_NEAR(doubly_robust(log.view()).value, kTruth, 0.02);
}

TEST(OffPolicy, a_good_model_makes_doubly_robust_steadier_than_weighting) {
  const Log log = draw(2000, 3);
  const Interval ips = inverse_propensity(log.view()).interval, dr = doubly_robust(log.view()).interval;
  EXPECT_LT(dr.upper - dr.lower, ips.upper - ips.lower);
}

template <class Estimator>
double coverage(Estimator estimator) {
  int covered = 0;
  const int runs = 400;
  for (int run = 0; run < runs; ++run) {
    const Log log = draw(400, 100 + static_cast<uint64_t>(run));
    const Interval interval = estimator(log.view(), OffPolicyOptions{}).interval;
    covered += interval.lower <= kTruth && kTruth <= interval.upper;
  }
  return static_cast<double>(covered) / runs;
}

TEST(OffPolicy, intervals_hold_the_truth_about_as_often_as_they_say) {
  EXPECT_NEAR(coverage(inverse_propensity), 0.95, 0.03);
  EXPECT_NEAR(coverage(self_normalised_inverse_propensity), 0.95, 0.03);
  EXPECT_NEAR(coverage(doubly_robust), 0.95, 0.03);
}

TEST(OffPolicy, the_logging_policy_itself_is_worth_its_mean_reward) {
  Log log = draw(500, 4);
  log.target = log.propensities;
  double mean = 0;
  for (double reward : log.rewards) mean += reward / 500;
  const OffPolicyEstimate estimate = inverse_propensity(log.view());
  EXPECT_NEAR(estimate.value, mean, 1e-12);
  EXPECT_NEAR(self_normalised_inverse_propensity(log.view()).value, mean, 1e-12);
  EXPECT_DOUBLE_EQ(estimate.effective_rows, 500);
}

TEST(OffPolicy, self_normalising_is_unmoved_by_a_constant_added_to_rewards) {
  Log log = draw(500, 5);
  const double before = self_normalised_inverse_propensity(log.view()).value;
  for (double& reward : log.rewards) reward += 10;
  EXPECT_NEAR(self_normalised_inverse_propensity(log.view()).value, before + 10, 1e-9);
}

TEST(OffPolicy, clipping_caps_weights_and_says_how_many) {
  const Log log = draw(5000, 6);
  const OffPolicyEstimate free = inverse_propensity(log.view()),
                          clipped = inverse_propensity(log.view(), {.clip = 2});
  EXPECT_DOUBLE_EQ(clipped.greatest_weight, 2);
  EXPECT_GT(clipped.clipped_share, 0);
  EXPECT_GT(clipped.effective_rows, free.effective_rows);
  EXPECT_LT(clipped.value, free.value);
  EXPECT_EQ(free.clipped_share, 0);
}

TEST(OffPolicy, switching_at_infinity_is_doubly_robust_and_at_zero_the_model) {
  const Log log = draw(300, 7);
  EXPECT_DOUBLE_EQ(switch_doubly_robust(log.view(), {.switch_at = INFINITY}).value,
                   doubly_robust(log.view()).value);
  EXPECT_DOUBLE_EQ(switch_doubly_robust(log.view(), {.switch_at = 0}).value, direct_method(log.view()).value);
}

TEST(OffPolicy, refuses_logs_that_cannot_be_judged) {
  Log log = draw(10, 8);
  const Values rewards = {1};
  EXPECT_REFUSED(inverse_propensity({rewards, rewards, rewards, {}, {}}),
                 "rows: expected at least 2, found 1");
  EXPECT_REFUSED(doubly_robust({log.rewards, log.propensities, log.target, {}, {}}), "predicted rewards");
  log.propensities[3] = 0;
  EXPECT_REFUSED(inverse_propensity(log.view()), "propensity");
  log = draw(10, 8);
  log.target[2] = 1.5;
  EXPECT_REFUSED(inverse_propensity(log.view()),
                 "target probability: value 2: expected a probability, found 1.5");
  log.target.assign(10, 0);
  EXPECT_REFUSED(self_normalised_inverse_propensity(log.view()), "takes some logged action");
  log.rewards[0] = NAN;
  EXPECT_REFUSED(inverse_propensity(log.view()), "expected a finite number");
}

}  // namespace
}  // namespace heed::metrics
