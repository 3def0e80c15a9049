#include "kernels/update_rules.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

// Two steps worked by hand on w = 1 with gradients 4 and -2, scaled by 1/2: g = 2, -1. Every step is 0.1.
namespace heed::kernels {
namespace {

struct Element {
  float weight = 1.0F, first = 0.0F, second = 0.0F;

  void step(UpdateRule rule, float gradient, UpdateFactors factors) {
    factors.gradient_scale = 0.5F;
    rule(&weight, &gradient, &first, &second, 1, factors);
  }
};

// Adam's corrections of step t with betas 0.5 and 0.75.
UpdateFactors adam_factors(int t) {
  return {.step_size = static_cast<float>(0.1 / (1.0 - std::pow(0.5, t))),
          .beta1 = 0.5F,
          .beta2 = 0.75F,
          .correction2 = static_cast<float>(1.0 / (1.0 - std::pow(0.75, t)))};
}

TEST(UpdateRules, adam_by_hand) {
  Element e;
  e.step(adam, 4.0F, adam_factors(1));
  // m = 1, v = 1; corrected 2 and 4: w = 1 - 0.1 * 2 / 2
  EXPECT_FLOAT_EQ(e.first, 1.0F);
  EXPECT_FLOAT_EQ(e.second, 1.0F);
  EXPECT_FLOAT_EQ(e.weight, 0.9F);
  e.step(adam, -2.0F, adam_factors(2));
  // m = 0.5 - 0.5 = 0, v = 0.75 + 0.25 = 1: the weight stays
  EXPECT_FLOAT_EQ(e.first, 0.0F);
  EXPECT_FLOAT_EQ(e.second, 1.0F);
  EXPECT_FLOAT_EQ(e.weight, 0.9F);
}

TEST(UpdateRules, decay_shrinks_the_weight_or_joins_the_gradient) {
  Element decoupled, coupled;
  UpdateFactors factors = adam_factors(1);
  factors.shrink = 1.0F - 0.1F * 0.5F;
  decoupled.step(adam, 4.0F, factors);
  EXPECT_FLOAT_EQ(decoupled.weight, 0.95F - 0.1F);  // moments know nothing of it
  EXPECT_FLOAT_EQ(decoupled.second, 1.0F);
  factors.shrink = 1.0F;
  factors.l2 = 0.5F;
  coupled.step(adam, 4.0F,
               factors);  // g = 2 + 0.5 w = 2.5: m = 1.25, v = 1.5625, the step is 0.1 all the same
  EXPECT_FLOAT_EQ(coupled.first, 1.25F);
  EXPECT_FLOAT_EQ(coupled.second, 1.5625F);
  EXPECT_FLOAT_EQ(coupled.weight, 0.9F);
}

TEST(UpdateRules, adagrad_by_hand) {
  Element e;
  e.step(adagrad, 4.0F, {.step_size = 0.1F});
  EXPECT_FLOAT_EQ(e.first, 4.0F);
  EXPECT_FLOAT_EQ(e.weight, 0.9F);  // 1 - 0.1 * 2 / 2
  e.step(adagrad, -2.0F, {.step_size = 0.1F});
  EXPECT_FLOAT_EQ(e.first, 5.0F);
  EXPECT_FLOAT_EQ(e.weight, 0.9F + 0.1F / std::sqrt(5.0F));
}

TEST(UpdateRules, momentum_by_hand) {
  Element e;
  const UpdateFactors factors{.l2 = 0.5F, .step_size = 0.1F, .momentum = 0.9F};
  e.step(momentum, 4.0F, factors);
  EXPECT_FLOAT_EQ(e.first, 2.5F);  // 2 + 0.5 * 1
  EXPECT_FLOAT_EQ(e.weight, 0.75F);
  e.step(momentum, -2.0F, factors);
  EXPECT_FLOAT_EQ(e.first, 1.625F);  // 0.9 * 2.5 - 1 + 0.5 * 0.75
  EXPECT_FLOAT_EQ(e.weight, 0.5875F);
}

TEST(UpdateRules, gradient_descent_by_hand) {
  Element e;
  e.step(gradient_descent, 4.0F, {.step_size = 0.1F});
  EXPECT_FLOAT_EQ(e.weight, 0.8F);
  e.step(gradient_descent, -2.0F, {.step_size = 0.1F});
  EXPECT_FLOAT_EQ(e.weight, 0.9F);
}

TEST(UpdateRules, an_element_does_not_depend_on_its_place_in_the_array) {
  const UpdateFactors factors{.gradient_scale = 0.3F,
                              .l2 = 0.01F,
                              .shrink = 0.99F,
                              .step_size = 0.1F,
                              .beta1 = 0.9F,
                              .beta2 = 0.98F,
                              .correction2 = 3.0F,
                              .epsilon = 1e-6F,
                              .momentum = 0.9F};
  for (const UpdateRule rule : {adam, adagrad, momentum, gradient_descent}) {
    for (const int64_t count : {1, 7, 8, 31, 100}) {
      const auto size = static_cast<size_t>(count);
      std::vector<float> weight(size, 0.7F), gradient(size, -0.123F), first(size, 0.01F), second(size, 0.02F);
      rule(weight.data(), gradient.data(), first.data(), second.data(), count, factors);
      EXPECT_EQ(weight, std::vector<float>(size, weight[0])) << count;
      EXPECT_EQ(second, std::vector<float>(size, second[0])) << count;
      float alone = 0.7F, state1 = 0.01F, state2 = 0.02F;
      rule(&alone, gradient.data(), &state1, &state2, 1, factors);
      EXPECT_EQ(alone, weight[0]);
    }
  }
}

}  // namespace
}  // namespace heed::kernels
