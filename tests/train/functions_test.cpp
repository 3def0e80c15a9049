#include "train/functions.h"

#include <gtest/gtest.h>

#include "train/gradients.h"

namespace heed::train {
namespace {

using torch::Tensor;

Tensor leaf(at::IntArrayRef shape, double scale = 1.0) {
  return (torch::randn(shape) * scale).requires_grad_(true);
}

// A scalar that weighs every element differently.
Tensor weigh(const Tensor& x) { return (x * torch::linspace(-1, 1, x.numel()).reshape(x.sizes())).sum(); }

class Functions : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(7); }
};

TEST_F(Functions, dropout_add_has_the_gradient_of_its_kept_elements) {
  const Tensor x = leaf({3, 5}), residual = leaf({3, 5});
  expect_gradients({x, residual}, [&] { return weigh(dropout_add(x, residual, 0.4, 11)); });
  EXPECT_TRUE(torch::equal(dropout_add(x, residual, 0.0, 11), x + residual));
}

TEST_F(Functions, drop_rows_leaves_rows_out_whole_and_scales_the_rest) {
  const Tensor x = leaf({400, 3});
  const Tensor y = drop_rows(x, 0.25, 6);
  const Tensor kept = y.ne(0).all(1);
  EXPECT_TRUE(torch::equal(kept, y.ne(0).any(1)));
  EXPECT_NEAR(kept.to(torch::kFloat32).mean().item<double>(), 0.75, 0.07);
  EXPECT_TRUE(torch::allclose(y, x * kept.unsqueeze(1) / 0.75));
  const Tensor few = leaf({4, 3});
  expect_gradients({few}, [&] { return weigh(drop_rows(few, 0.4, 6)); });
}

TEST_F(Functions, relu_dropout_has_the_gradient_of_what_passed) {
  const Tensor x = leaf({4, 6});
  {  // no element within a step of the corner
    const torch::NoGradGuard no_grad;
    x.add_(x.sign() * 0.1);
  }
  expect_gradients({x}, [&] { return weigh(relu_dropout(x * 1.0, 0.3, 5)); });
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(relu_dropout(x.clone(), 0.0, 1), torch::relu(x)));
}

TEST_F(Functions, rotate_has_the_gradient_of_its_angles_and_leaves_its_input) {
  const Tensor x = leaf({3, 8});
  const Tensor before = x.detach().clone();
  const auto rotation = std::make_shared<const kernels::Rotation>(std::vector<int64_t>{0, 1, 6}, 4);
  expect_gradients({x}, [&] { return weigh(rotate(x, rotation)); });
  EXPECT_TRUE(torch::equal(x, before));
  EXPECT_TRUE(torch::equal(rotate(x, rotation)[0], x[0]));
  EXPECT_TRUE(torch::allclose(rotate(x, rotation).norm(), x.norm()));
}

Tensor plain_cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& labels,
                           double smoothing) {
  return torch::nn::functional::cross_entropy(
      torch::mm(hidden, weight.t()), labels,
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

TEST_F(Functions, projected_cross_entropy_equals_the_plain_one_and_its_gradients) {
  const Tensor hidden = leaf({1100, 8}), weight = leaf({13, 8});  // more rows than two chunks
  const Tensor labels = torch::randint(0, 13, {1100}, torch::kInt64);
  for (const double smoothing : {0.0, 0.1}) {
    const Tensor plain = plain_cross_entropy(hidden, weight, labels, smoothing);
    const auto expected = torch::autograd::grad({plain}, {hidden, weight});
    const ProjectedLoss projected = projected_cross_entropy(hidden, weight, labels, smoothing);
    const auto found = torch::autograd::grad({projected.loss}, {hidden, weight});
    EXPECT_NEAR(projected.loss.item<double>(), plain.item<double>(), 1e-5);
    EXPECT_TRUE(torch::allclose(found[0], expected[0], 1e-4, 1e-7));
    EXPECT_TRUE(torch::allclose(found[1], expected[1], 1e-4, 1e-6));
    const Tensor logits = torch::mm(hidden, weight.t());
    EXPECT_EQ(projected.correct, logits.argmax(1).eq(labels).sum().item<int64_t>());
    EXPECT_NEAR(projected.negative_log_likelihood / 1100,
                plain_cross_entropy(hidden, weight, labels, 0.0).item<double>(), 1e-5);
  }
}

Tensor plain_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal) {
  Tensor scores = torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));
  if (causal) {
    const Tensor hidden = torch::ones({q.size(-2), k.size(-2)}).triu(1).gt(0);
    scores = scores.masked_fill(hidden, -INFINITY);
  }
  return torch::matmul(torch::softmax(scores, -1), v);
}

TEST_F(Functions, attend_equals_matmul_softmax_matmul_text_by_text) {
  const Tensor q = leaf({9, 8}), k = leaf({9, 8}), v = leaf({9, 8});
  const auto sequences = std::make_shared<const std::vector<attention::Sequence>>(
      std::vector<attention::Sequence>{{0, 4, 0, 4, 0}, {4, 5, 4, 5, 0}});
  for (const bool causal : {false, true}) {
    AttentionCall call{.variant = {}, .sequences = sequences, .heads = 2, .key_heads = 2};
    call.variant.causal = causal;
    const Tensor found = attend(q, k, v, {}, call);
    for (const auto& [begin, length] : {std::pair<int64_t, int64_t>{0, 4}, {4, 5}}) {
      const auto part = [&, b = begin, n = length](const Tensor& x) {
        return x.slice(0, b, b + n).reshape({n, 2, 4}).transpose(0, 1);
      };
      const Tensor expected = plain_attention(part(q), part(k), part(v), causal);
      EXPECT_TRUE(torch::allclose(part(found), expected, 1e-4, 1e-5));
    }
  }
}

TEST_F(Functions, attend_has_gradients_for_inputs_and_learned_parts) {
  const Tensor q = leaf({5, 4}), k = leaf({5, 4}), v = leaf({5, 4});
  const AttentionParameters learned{.score_vector = {},
                                    .score_matrix = leaf({2, 2, 2}),
                                    .log_temperature = leaf({2}, 0.1),
                                    .span = {},
                                    .relative_bias = leaf({2, 5})};
  AttentionCall call{
      .variant = {}, .sequences = {}, .heads = 2, .key_heads = 2, .dropout = 0.2, .dropout_seed = 3};
  call.sequences = std::make_shared<const std::vector<attention::Sequence>>(
      std::vector<attention::Sequence>{{0, 2, 0, 2, 0}, {2, 3, 2, 3, 0}});
  call.variant.score = attention::Score::bilinear;
  call.variant.relative_reach = 2;
  expect_gradients({q, k, v, learned.score_matrix, learned.log_temperature, learned.relative_bias},
                   [&] { return weigh(attend(q, k, v, learned, call)); });
}

}  // namespace
}  // namespace heed::train
