#include "economy/uplift.h"

#include <cmath>

#include "base/expect_error.h"
#include "base/random.h"

namespace heed::economy {
namespace {

// Everybody's outcome is 1 + 2 x0; treatment adds 0.5 + x1. The surer ones of x0 are treated more often.
struct Experiment {
  std::vector<double> features, outcomes, propensities;
  std::vector<uint8_t> treated;

  explicit Experiment(uint64_t seed, int people = 4000) {
    Random random(seed);
    for (int i = 0; i < people; ++i) {
      const double a = random.normal(), b = random.normal();
      const double e = 0.1 + 0.8 / (1 + std::exp(-a));
      const bool is_treated = random.uniform() < e;
      features.insert(features.end(), {a, b});
      propensities.push_back(e);
      treated.push_back(is_treated);
      outcomes.push_back(1 + 2 * a + (is_treated ? 0.5 + b : 0) + 0.5 * random.normal());
    }
  }
  Trial trial() const { return {features, treated, outcomes, propensities, 2}; }
};

TEST(Uplift, both_learners_find_what_treatment_does_to_whom) {
  const Experiment experiment(1);
  for (const LinearModel& model :
       {two_model_uplift(experiment.trial()), doubly_robust_uplift(experiment.trial())}) {
    EXPECT_NEAR(model.weights[0], 0, 0.1);
    EXPECT_NEAR(model.weights[1], 1, 0.1);
    EXPECT_NEAR(model.bias, 0.5, 0.1);
  }
}

TEST(Uplift, the_mean_effect_is_covered_by_its_error) {
  int covered = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Experiment experiment(seed, 800);
    const MeanEffect effect = mean_effect(experiment.trial());
    covered += std::abs(effect.value - 0.5) < 1.96 * effect.error;
  }
  EXPECT_GE(covered, 88);
}

// The outcome bends (a square); linear models of it are wrong, the propensities are right.
TEST(Uplift, doubly_robust_is_right_where_the_models_are_wrong) {
  Random random(4);
  std::vector<double> features, outcomes, propensities;
  std::vector<uint8_t> treated;
  for (int i = 0; i < 20'000; ++i) {
    const double a = random.normal(), e = std::abs(a) > 1 ? 0.8 : 0.2;
    treated.push_back(random.uniform() < e);
    features.push_back(a);
    propensities.push_back(e);
    outcomes.push_back(3 * a * a + (treated.back() == 1 ? 1 : 0) + random.normal());
  }
  const Trial trial{features, treated, outcomes, propensities, 1};
  EXPECT_NEAR(mean_effect(trial).value, 1, 0.15);
  EXPECT_GT(two_model_uplift(trial).bias, 2);
}

TEST(Uplift, qini_is_greater_for_the_better_order) {
  const Experiment experiment(2);
  std::vector<double> good, bad, none;
  for (size_t i = 0; i < experiment.outcomes.size(); ++i) {
    good.push_back(experiment.features[2 * i + 1]);
    bad.push_back(-good.back());
    none.push_back(static_cast<double>(mix64(i) % 1000));
  }
  EXPECT_GT(qini(experiment.trial(), good), 0.15);
  EXPECT_LT(qini(experiment.trial(), bad), -0.15);
  EXPECT_NEAR(qini(experiment.trial(), none), 0, 0.1);
}

TEST(Uplift, refuses_propensities_of_zero_and_one_sided_trials) {
  const std::vector<double> features = {1, 2, 3, 4}, outcomes = {1, 0, 1, 0}, fair(4, 0.5),
                            zero = {0.5, 0, 0.5, 0.5};
  const std::vector<uint8_t> both = {1, 0, 1, 0}, all = {1, 1, 1, 1};
  expect_error(ErrorCode::invalid_argument, {"propensities[1]"}, [&] {
    two_model_uplift({features, both, outcomes, zero, 1});
  });
  expect_error(ErrorCode::invalid_argument, {"found 4 and 0"}, [&] {
    two_model_uplift({features, all, outcomes, fair, 1});
  });
  expect_error(ErrorCode::invalid_argument, {"as many people"}, [&] {
    two_model_uplift({features, both, outcomes, fair, 2});
  });
}

}  // namespace
}  // namespace heed::economy
