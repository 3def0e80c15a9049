#include "train/products.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "train/examples.h"
#include "train/network.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

using torch::Tensor;

double difference(const Tensor& a, const Tensor& b) { return ((a - b).norm() / b.norm()).item<double>(); }

struct Pass {
  Tensor y, d_x, d_weight, d_bias;
};

Pass pass(const Tensor& x_in, const Tensor& weight_in, const Tensor& bias_in) {
  const auto leaf = [](const Tensor& t) { return t.clone().requires_grad_(true); };
  const Tensor x = leaf(x_in), weight = leaf(weight_in), bias = leaf(bias_in);
  const Tensor y = linear(x, weight, bias);
  (y * y).sum().backward();
  return {y.detach(), x.grad(), weight.grad(), bias.grad()};
}

TEST(Products, of_rounded_operands_are_near_the_exact_ones_forward_and_backward) {
  torch::manual_seed(3);
  const Tensor x = torch::randn({37, 64}), weight = torch::randn({48, 64}), bias = torch::randn({48});
  const Pass exact = pass(x, weight, bias);
  const ProductsIn bf16(Precision::bf16);
  const Pass rounded = pass(x, weight, bias);
  for (const auto& [ours, wanted] :
       {std::pair(rounded.y, exact.y), std::pair(rounded.d_x, exact.d_x),
        std::pair(rounded.d_weight, exact.d_weight), std::pair(rounded.d_bias, exact.d_bias)}) {
    EXPECT_EQ(ours.scalar_type(), torch::kFloat32);
    EXPECT_LT(difference(ours, wanted), 0.02);
    EXPECT_GT(difference(ours, wanted), 0.0);  // it was rounded
  }
}

TEST(Products, are_exact_again_where_the_scope_ends) {
  const Tensor a = torch::randn({5, 7}), b = torch::randn({7, 3});
  {
    const ProductsIn bf16(Precision::bf16);
    EXPECT_FALSE(torch::equal(product(a, b), torch::mm(a, b)));
    Tensor sum = torch::ones({5, 3});
    add_product(sum, a, b);
    EXPECT_LT(difference(sum, torch::mm(a, b) + 1), 0.02);
  }
  EXPECT_TRUE(torch::equal(product(a, b), torch::mm(a, b)));
}

// The loss of every architecture, and its gradient's length.
TEST(Products, of_bfloat16_leave_a_network_its_loss) {
  TemporaryFolder folder;
  write_small_tables(folder.path(), 120);
  for (const bool translation : {false, true}) {
    const Corpus corpus = load_corpus(small_recipe(folder.path(), translation));
    const Batch batch = make_batch(corpus.train.examples, {0, 1, 2, 3}, corpus.config);
    const auto gradient = [&](Precision precision, double* loss) {
      const ProductsIn products(precision);
      Network network(corpus.config, 1);
      const Loss result = network.loss(batch, {.smoothing = 0.1}, {});
      result.mean.backward();
      *loss = result.mean.item<double>();
      return network.parameters().at("embedding.weight").grad().clone();
    };
    double exact = 0, rounded = 0;
    const Tensor exact_gradient = gradient(Precision::fp32, &exact);
    const Tensor rounded_gradient = gradient(Precision::bf16, &rounded);
    EXPECT_NEAR(rounded, exact, 0.005 * exact) << translation;
    EXPECT_LT(difference(rounded_gradient, exact_gradient), 0.05) << translation;
  }
}

}  // namespace
}  // namespace heed::train
