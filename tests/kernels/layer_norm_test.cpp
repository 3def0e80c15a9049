#include "kernels/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::kernels {
namespace {

TEST(LayerNorm, has_the_mean_and_variance_of_its_weights) {
  Random random(1);
  for (const int64_t width : {1, 5, 16, 37, 256}) {
    std::vector<float> x(3 * width), weight(width), bias(width), y(3 * width);
    for (auto* values : {&x, &weight, &bias}) {
      for (float& value : *values) value = static_cast<float>(2.0 + random.normal());
    }
    layer_norm(x.data(), 3, width, weight.data(), bias.data(), y.data());
    for (int64_t r = 0; r < 3; ++r) {
      double mean = 0.0, variance = 0.0;
      for (int64_t i = 0; i < width; ++i) mean += x[r * width + i] / static_cast<double>(width);
      for (int64_t i = 0; i < width; ++i)
        variance += std::pow(x[r * width + i] - mean, 2.0) / static_cast<double>(width);
      for (int64_t i = 0; i < width; ++i) {
        const double normal = (x[r * width + i] - mean) / std::sqrt(variance + 1e-5);
        EXPECT_NEAR(y[r * width + i], normal * weight[i] + bias[i], 2e-5) << width;
      }
    }
    std::vector<float> in_place = x;
    layer_norm(in_place.data(), 3, width, weight.data(), bias.data(), in_place.data());
    EXPECT_EQ(in_place, y);
    std::vector<float> alone(width);
    layer_norm(x.data() + 2 * width, 1, width, weight.data(), bias.data(), alone.data());
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), y.begin() + 2 * width));
  }
}

}  // namespace
}  // namespace heed::kernels
