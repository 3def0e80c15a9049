#include "train/heads/classification.h"

#include <gtest/gtest.h>

#include "train/class_weights.h"

namespace heed::train {
namespace {

using torch::Tensor;

Tensor log_probabilities() {  // of two texts over three classes
  return torch::log(torch::tensor({{0.5F, 0.25F, 0.25F}, {0.1F, 0.81F, 0.09F}}));
}
const Tensor kLabels = torch::tensor({0, 1}, torch::kInt64);

double loss_of(const ClassLoss& options) {
  return class_loss(log_probabilities(), kLabels, options).item<double>();
}

TEST(ClassLoss, is_cross_entropy_with_smoothing) {
  const auto torch_loss = [](double smoothing) {
    return torch::nn::functional::cross_entropy(
               log_probabilities(), kLabels,
               torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(smoothing))
        .item<double>();
  };
  EXPECT_NEAR(loss_of({}), 0.5 * -(std::log(0.5) + std::log(0.81)), 1e-6);
  EXPECT_NEAR(loss_of({}), torch_loss(0.0), 1e-6);
  EXPECT_NEAR(loss_of({.smoothing = 0.1}), torch_loss(0.1), 1e-6);
}

TEST(ClassLoss, generalised_by_hand) {
  // q = 1/2: (1 - sqrt(p)) / (1/2)
  EXPECT_NEAR(loss_of({.q = 0.5}), 0.5 * (2 * (1 - std::sqrt(0.5)) + 2 * (1 - 0.9)), 1e-6);
  // q = 1: half the absolute error; q -> 0: cross-entropy
  EXPECT_NEAR(loss_of({.q = 1.0}), 0.5 * (0.5 + 0.19), 1e-6);
  EXPECT_NEAR(loss_of({.q = 1e-3}), loss_of({}), 1e-3);
  const double smoothed = 2.0 / 3.0 * (3.0 - std::sqrt(0.5) - 2 * std::sqrt(0.25)) * 0.5 +
                          2.0 / 3.0 * (3.0 - std::sqrt(0.1) - 0.9 - 0.3) * 0.5;
  EXPECT_NEAR(loss_of({.smoothing = 0.2, .q = 0.5}), 0.8 * loss_of({.q = 0.5}) + 0.2 * smoothed, 1e-6);
}

TEST(ClassLoss, a_class_weight_multiplies_the_loss_of_its_texts) {
  const Tensor weights = torch::tensor({2.0F, 0.5F, 9.0F});
  EXPECT_NEAR(loss_of({.class_weights = weights}), 0.5 * -(2 * std::log(0.5) + 0.5 * std::log(0.81)), 1e-6);
}

TEST(ClassLoss, has_the_gradient_of_its_central_difference) {
  torch::manual_seed(3);
  const Tensor labels = torch::tensor({2, 0, 4, 2}, torch::kInt64);
  const Tensor weights = torch::tensor({0.5, 1.0, 2.0, 1.0, 3.0}, torch::kFloat64);
  for (const double q : {0.0, 0.3, 0.7, 1.0}) {
    for (const double smoothing : {0.0, 0.1}) {
      const ClassLoss options{.smoothing = smoothing, .q = q, .class_weights = weights};
      const Tensor logits = torch::randn({4, 5}, torch::kFloat64).requires_grad_(true);
      class_loss(logits, labels, options).backward();
      const torch::NoGradGuard no_grad;
      for (int64_t i = 0; i < 20; ++i) {
        const Tensor step = torch::zeros({20}, torch::kFloat64);
        step[i] = 1e-5;
        const auto at = [&](double sign) {
          return class_loss(logits + sign * step.reshape({4, 5}), labels, options).item<double>();
        };
        EXPECT_NEAR(logits.grad().reshape(-1)[i].item<double>(), (at(1) - at(-1)) / 2e-5, 1e-8)
            << "q " << q << " smoothing " << smoothing << " element " << i;
      }
    }
  }
}

TEST(ClassLoss, is_finite_where_the_label_has_no_probability_left) {
  for (const double q : {0.0, 0.7}) {
    const Tensor logits = torch::tensor({{-1000.0F, 1000.0F}}).requires_grad_(true);
    const Tensor loss = class_loss(logits, torch::tensor({0}, torch::kInt64), {.q = q});
    loss.backward();
    EXPECT_TRUE(std::isfinite(loss.item<double>()));
    EXPECT_TRUE(logits.grad().isfinite().all().item<bool>());
  }
}

const Tensor kSoft = torch::tensor({{0.5F, 0.5F, 0.0F}, {0.2F, 0.6F, 0.2F}});

TEST(SoftLoss, is_the_cross_entropy_against_the_teachers_probabilities) {
  const double first = -(0.5 * std::log(0.5) + 0.5 * std::log(0.25));
  const double second = -(0.2 * std::log(0.1) + 0.6 * std::log(0.81) + 0.2 * std::log(0.09));
  EXPECT_NEAR(soft_loss(log_probabilities(), kSoft, false, 1.0).item<double>(), 0.5 * (first + second), 1e-6);
}

TEST(SoftLoss, flattens_both_sides_by_the_temperature_and_weighs_it_back) {
  // T = 2 takes square roots: model (0.8, 0.2) -> (2, 1) / 3, teacher (0.9, 0.1) -> (3, 1) / 4; times 4
  const Tensor logits = torch::log(torch::tensor({{0.8F, 0.2F}}));
  const Tensor soft = torch::tensor({{0.9F, 0.1F}});
  EXPECT_NEAR(soft_loss(logits, soft, false, 2.0).item<double>(),
              4.0 * -(0.75 * std::log(2.0 / 3.0) + 0.25 * std::log(1.0 / 3.0)), 1e-5);
  // Of two labels that are each yes or no: sigmoid(log 4) = 0.8 and the same by hand, mean of two cells.
  const Tensor cells = torch::log(torch::tensor({{4.0F, 4.0F}}));
  const Tensor both = torch::tensor({{0.9F, 0.9F}});
  EXPECT_NEAR(soft_loss(cells, both, true, 2.0).item<double>(),
              4.0 * -(0.75 * std::log(2.0 / 3.0) + 0.25 * std::log(1.0 / 3.0)), 1e-5);
}

TEST(SoftLoss, has_no_gradient_where_the_model_says_what_the_teachers_say_even_nought_or_one) {
  for (const double temperature : {1.0, 3.0}) {
    for (const bool multi_label : {false, true}) {
      const Tensor soft = torch::tensor({{1.0F, 0.0F}});
      const Tensor logits = torch::tensor({{60.0F, -60.0F}}).requires_grad_(true);
      soft_loss(logits, soft, multi_label, temperature).backward();
      EXPECT_LT(logits.grad().abs().max().item<double>(), 1e-6);
    }
  }
}

TEST(SoftLoss, has_the_gradient_of_its_central_difference) {
  torch::manual_seed(4);
  for (const double temperature : {1.0, 2.5}) {
    for (const bool multi_label : {false, true}) {
      const Tensor soft = torch::softmax(torch::randn({3, 4}, torch::kFloat64), 1);
      const Tensor logits = torch::randn({3, 4}, torch::kFloat64).requires_grad_(true);
      soft_loss(logits, soft, multi_label, temperature).backward();
      const torch::NoGradGuard no_grad;
      for (int64_t i = 0; i < 12; ++i) {
        const Tensor step = torch::zeros({12}, torch::kFloat64);
        step[i] = 1e-5;
        const auto at = [&](double sign) {
          return soft_loss(logits + sign * step.reshape({3, 4}), soft, multi_label, temperature)
              .item<double>();
        };
        EXPECT_NEAR(logits.grad().reshape(-1)[i].item<double>(), (at(1) - at(-1)) / 2e-5, 1e-7);
      }
    }
  }
}

TEST(ClassWeights, balanced_are_n_over_k_times_the_count) {
  std::vector<Example> examples;
  for (const int64_t label : {0, 0, 0, 0, 0, 1, 3, 3, 3, 3}) {
    examples.emplace_back().labels = {{0}, {label}};
  }
  // 10 texts, 3 classes that occur: 10 / (3 * 5), 10 / (3 * 1), none, 10 / (3 * 4)
  const Tensor weights = balanced_class_weights(examples, 1, 4);
  EXPECT_TRUE(torch::allclose(weights, torch::tensor({2.0 / 3, 10.0 / 3, 0.0, 5.0 / 6}).to(torch::kFloat32)));
}

}  // namespace
}  // namespace heed::train
