#include "train/r_drop.h"

#include <gtest/gtest.h>

namespace heed::train {
namespace {

using torch::Tensor;

TEST(RDrop, symmetric_divergence_by_hand) {
  const Tensor p = torch::tensor({{0.5F, 0.25F, 0.25F}, {0.2F, 0.2F, 0.6F}});
  const Tensor q = torch::tensor({{0.25F, 0.25F, 0.5F}, {0.2F, 0.2F, 0.6F}});
  // The first text: 1/4 log 2 + 1/4 log 2, the second: 0. Logits are log p up to a number a row.
  const Tensor found = symmetric_divergence(p.log() + 3.0, q.log() - 1.0, false);
  EXPECT_NEAR(found.item<double>(), 0.5 * 0.5 * std::log(2.0), 1e-6);
}

TEST(RDrop, symmetric_divergence_of_labels_of_their_own_is_that_of_a_yes_and_a_no) {
  torch::manual_seed(5);
  const Tensor a = torch::randn({6, 1}), b = torch::randn({6, 1}), zero = torch::zeros({6, 1});
  EXPECT_NEAR(symmetric_divergence(a, b, true).item<double>(),
              symmetric_divergence(torch::cat({a, zero}, 1), torch::cat({b, zero}, 1), false).item<double>(),
              1e-6);
}

Tensor leaf(at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(true); }

Tensor smoothed_loss(const Tensor& logits, const Tensor& labels, double smoothing) {
  return torch::nn::functional::cross_entropy(
      logits, labels, torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

TEST(RDrop, projected_loss_equals_the_plain_one_and_its_gradients) {
  torch::manual_seed(7);
  const Tensor first = leaf({300, 8}), second = leaf({300, 8}), weight = leaf({13, 8});  // three chunks
  const Tensor labels = torch::randint(0, 13, {300}, torch::kInt64);
  for (const double alpha : {0.5, 5.0}) {
    const Tensor one = torch::mm(first, weight.t()), other = torch::mm(second, weight.t());
    const Tensor plain = r_drop_loss(smoothed_loss(one, labels, 0.1), smoothed_loss(other, labels, 0.1),
                                     symmetric_divergence(one, other, false), alpha);
    const auto expected = torch::autograd::grad({plain}, {first, second, weight});
    const ProjectedLoss projected = projected_r_drop({first, second}, weight, labels, 0.1, alpha);
    const auto found = torch::autograd::grad({projected.loss}, {first, second, weight});
    EXPECT_NEAR(projected.loss.item<double>(), plain.item<double>(), 1e-5 * (1.0 + plain.item<double>()));
    for (const size_t i : {0, 1, 2}) EXPECT_TRUE(torch::allclose(found[i], expected[i], 1e-4, 1e-5)) << i;
    const ProjectedLoss once = projected_cross_entropy(first, weight, labels, 0.1);
    EXPECT_EQ(projected.correct, once.correct);
    EXPECT_NEAR(projected.negative_log_likelihood, once.negative_log_likelihood, 1e-3);
  }
}

TEST(RDrop, projected_loss_of_equal_passes_is_the_plain_cross_entropy) {
  torch::manual_seed(8);
  const Tensor hidden = leaf({200, 8}), weight = leaf({11, 8});
  const Tensor labels = torch::randint(0, 11, {200}, torch::kInt64);
  const Tensor plain = projected_cross_entropy(hidden, weight, labels, 0.1).loss;
  const Tensor twice = projected_r_drop({hidden, hidden}, weight, labels, 0.1, 3.0).loss;
  EXPECT_NEAR(twice.item<double>(), plain.item<double>(), 1e-6);
  const auto expected = torch::autograd::grad({plain}, {hidden, weight});
  const auto found = torch::autograd::grad({twice}, {hidden, weight});
  for (const size_t i : {0, 1}) EXPECT_TRUE(torch::allclose(found[i], expected[i], 1e-4, 1e-6)) << i;
}

}  // namespace
}  // namespace heed::train
