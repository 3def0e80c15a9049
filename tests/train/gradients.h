#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace heed::train {

// Gradients by central difference, in fp32: a step of 1e-2 on smooth functions of order one leaves about
// three digits, which finds a wrong formula, a missing term or a transposed index.
inline void expect_gradients(const std::vector<torch::Tensor>& inputs,
                             const std::function<torch::Tensor()>& loss) {
  for (const torch::Tensor& input : inputs) torch::Tensor(input).mutable_grad() = torch::Tensor();
  loss().backward();
  for (size_t which = 0; which < inputs.size(); ++which) {
    ASSERT_TRUE(inputs[which].grad().defined()) << "input " << which;
    const torch::Tensor gradient = inputs[which].grad().to_dense().reshape(-1);
    float* values = inputs[which].data_ptr<float>();
    for (int64_t i = 0; i < inputs[which].numel(); ++i) {
      constexpr float kStep = 1e-2F;
      const torch::NoGradGuard no_grad;
      const float kept = values[i];
      values[i] = kept + kStep;
      const double above = loss().item<double>();
      values[i] = kept - kStep;
      const double below = loss().item<double>();
      values[i] = kept;
      const double expected = (above - below) / (2.0 * kStep);
      EXPECT_NEAR(gradient[i].item<double>(), expected, 2e-3 + 2e-2 * std::abs(expected))
          << "input " << which << " element " << i;
    }
  }
}

}  // namespace heed::train
