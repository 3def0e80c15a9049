#include "train/lstm.h"

#include <gtest/gtest.h>

#include "train/recurrent.h"

// LibTorch's own LSTM, one text at a time, is the judge; its gates stand in the same order.
namespace heed::train {
namespace {

using torch::Tensor;

constexpr int64_t kInput = 3, kWidth = 5;

PackedTexts texts_of(const std::vector<int64_t>& lengths) {
  PackedTexts texts;
  texts.begins = {0};
  for (const int64_t length : lengths) texts.begins.push_back(texts.begins.back() + length);
  return texts;
}

struct Problem {
  PackedTexts texts = texts_of({3, 1, 7, 4, 7});
  Tensor x = leaf({22, kInput}), start = leaf({5, kWidth});
  LstmWeights weights = {.input = leaf({4 * kWidth, kInput}),
                         .bias = leaf({4 * kWidth}),
                         .recurrent = leaf({4 * kWidth, kWidth})};

  static Tensor leaf(at::IntArrayRef shape) { return (torch::randn(shape) * 0.5).requires_grad_(true); }
  std::vector<Tensor> leaves() const { return {x, start, weights.input, weights.bias, weights.recurrent}; }

  Tensor ours(bool reversed) const {
    const TimeOrder order = time_order(texts, reversed);
    const Tensor cell = start.index_select(0, order.texts);
    return lstm(x.index_select(0, order.rows), weights, torch::tanh(cell), cell, order.counts)
        .index_select(0, order.places);
  }

  Tensor judged(bool reversed) const {
    std::vector<Tensor> parts;
    const std::vector<Tensor> parameters = {weights.input, weights.recurrent, weights.bias,
                                            torch::zeros({4 * kWidth})};
    for (int64_t b = 0; b < texts.texts(); ++b) {
      Tensor text = x.slice(0, texts.begins[b], texts.begins[b + 1]).unsqueeze(1);
      if (reversed) text = text.flip(0);
      const Tensor cell = start.slice(0, b, b + 1).unsqueeze(0);
      Tensor y = std::get<0>(
          torch::lstm(text, {torch::tanh(cell), cell}, parameters, true, 1, 0.0, false, false, false));
      parts.push_back((reversed ? y.flip(0) : y).squeeze(1));
    }
    return torch::cat(parts);
  }
};

Tensor weigh(const Tensor& x) { return (x * torch::linspace(-1, 1, x.numel()).reshape(x.sizes())).sum(); }

class LstmTest : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(7); }
};

// One unit, one text of two tokens: both gates' weights 0, so i = f = o = 1/2 and g = tanh(x), from c = 0:
// c1 = tanh(x1) / 2, h1 = tanh(c1) / 2; c2 = (c1 + tanh(x2)) / 2, h2 = tanh(c2) / 2.
TEST_F(LstmTest, gives_the_numbers_worked_by_hand) {
  const LstmWeights weights = {.input = torch::tensor({0.0F, 0.0F, 1.0F, 0.0F}).reshape({4, 1}),
                               .bias = torch::zeros({4}),
                               .recurrent = torch::zeros({4, 1})};
  const Tensor x = torch::tensor({std::atanh(0.8F), std::atanh(-0.6F)}).reshape({2, 1});
  const Tensor h = lstm(x, weights, torch::zeros({1, 1}), torch::zeros({1, 1}), {1, 1});
  EXPECT_NEAR(h[0].item<float>(), 0.1899745, 1e-6);   // tanh(0.4) / 2
  EXPECT_NEAR(h[1].item<float>(), -0.0498340, 1e-6);  // tanh((0.4 - 0.6) / 2) / 2
}

TEST_F(LstmTest, equals_libtorch_text_by_text_with_every_gradient) {
  for (const bool reversed : {false, true}) {
    const Problem problem;
    const Tensor found = problem.ours(reversed), expected = problem.judged(reversed);
    EXPECT_TRUE(torch::allclose(found, expected, 1e-5, 1e-6));
    const auto gradients = torch::autograd::grad({weigh(found)}, problem.leaves());
    const auto judged = torch::autograd::grad({weigh(expected)}, problem.leaves());
    for (size_t i = 0; i < gradients.size(); ++i) {
      EXPECT_TRUE(torch::allclose(gradients[i], judged[i], 1e-4, 1e-5)) << "leaf " << i;
    }
  }
}

TEST_F(LstmTest, time_order_takes_longer_texts_first_and_each_row_once) {
  const TimeOrder order = time_order(texts_of({2, 3, 1}), false);
  EXPECT_EQ(order.counts, (std::vector<int64_t>{3, 2, 1}));
  EXPECT_TRUE(torch::equal(order.rows, torch::tensor({2, 0, 5, 3, 1, 4}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(order.texts, torch::tensor({1, 0, 2}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(order.rows.index_select(0, order.places), torch::arange(6)));
  const TimeOrder back = time_order(texts_of({2, 3, 1}), true);
  EXPECT_TRUE(torch::equal(back.rows, torch::tensor({4, 1, 5, 3, 0, 2}, torch::kInt64)));
}

}  // namespace
}  // namespace heed::train
