#include "kernels/activation.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace heed::kernels {
namespace {

std::vector<float> numbers() {
  std::vector<float> x;
  for (int i = -1203; i <= 1203; ++i) x.push_back(static_cast<float>(i) / 100.0F);
  for (const float far : {-80.0F, 80.0F, -1e-20F, 1e-20F}) x.push_back(far);
  return x;
}

TEST(Activation, gelu_is_x_times_the_normal_distribution) {
  const std::vector<float> x = numbers();
  std::vector<float> y = x;
  gelu(y.data(), static_cast<int64_t>(y.size()));
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = 0.5 * x[i] * std::erfc(-x[i] / std::numbers::sqrt2);
    EXPECT_NEAR(y[i], exact, 3e-7 * (1.0 + std::abs(x[i]))) << x[i];
  }
}

TEST(Activation, silu_is_x_times_its_sigmoid) {
  const std::vector<float> x = numbers();
  std::vector<float> y = x;
  silu(y.data(), static_cast<int64_t>(y.size()));
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(y[i], x[i] / (1.0 + std::exp(-static_cast<double>(x[i]))), 3e-7 * (1.0 + std::abs(x[i])))
        << x[i];
}

TEST(Activation, of_what_is_not_a_number_is_none) {
  for (void (*activation)(float*, int64_t) : {gelu, silu}) {
    std::vector<float> x(19, 1.0F);
    x[3] = x[18] = std::numeric_limits<float>::quiet_NaN();
    activation(x.data(), 19);
    EXPECT_TRUE(std::isnan(x[3]) && std::isnan(x[18]) && std::isfinite(x[4]));
  }
}

}  // namespace
}  // namespace heed::kernels
