#include "kernels/float_weights.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/instruction_sets.h"
#include "base/random.h"

namespace heed::kernels {
namespace {

std::vector<float> random_floats(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

TEST(FloatWeights, agrees_with_plain_loops_whatever_the_shape) {
  test::on_every_instruction_set([] {
    for (const auto& [out, in] : std::vector<std::pair<int64_t, int64_t>>{
             {16, 16}, {1, 5}, {7, 15}, {160, 16}, {64, 256}, {1024, 64}, {33, 129}, {96, 1024}, {40, 1}}) {
      const auto weight = random_floats(out * in, 1), bias = random_floats(out, 2);
      const FloatWeights weights(weight, bias, out, in);
      for (const int64_t rows : {0, 1, 2, 5, 6, 7, 50}) {
        const auto x = random_floats(rows * in, 3), before = random_floats(rows * out, 4);
        for (const Finish finish :
             {Finish{}, Finish{.relu = true}, Finish{.add = true}, Finish{true, true}}) {
          std::vector<float> y = before;
          weights.multiply(x.data(), rows, y.data(), finish);
          for (int64_t r = 0; r < rows; ++r) {
            for (int64_t o = 0; o < out; ++o) {
              double sum = bias[o];
              for (int64_t i = 0; i < in; ++i) sum += static_cast<double>(x[r * in + i]) * weight[o * in + i];
              if (finish.relu) sum = std::max(sum, 0.0);
              if (finish.add) sum += before[r * out + o];
              ASSERT_NEAR(y[r * out + o], sum, 3e-4) << out << " " << in << " " << rows;
            }
          }
        }
      }
    }
  });
}

TEST(FloatWeights, gives_a_row_the_same_bits_whatever_stands_beside_it) {
  test::on_every_instruction_set([] {
    const int64_t out = 200, in = 72, most = 150;
    const auto x = random_floats(most * in, 5);
    const FloatWeights weights(random_floats(out * in, 6), {}, out, in);
    std::vector<float> all(most * out), some(most * out);
    weights.multiply(x.data(), most, all.data());
    for (const int64_t rows : {1, 2, 3, 4, 6, 7, 13, 48, 49, 129}) {
      weights.multiply(x.data() + (most - rows) * in, rows, some.data());
      ASSERT_TRUE(std::equal(some.begin(), some.begin() + rows * out, all.end() - rows * out)) << rows;
    }
  });
}

TEST(FloatWeights, keeps_what_is_not_finite) {
  test::on_every_instruction_set([] {
    const FloatWeights weights(std::vector<float>{1.0F, 1.0F, 0.5F, 0.5F}, {}, 2, 2);
    const std::vector<float> x = {1.0F, std::numeric_limits<float>::quiet_NaN()};
    std::vector<float> y(2);
    weights.multiply(x.data(), 1, y.data(), {.relu = true});
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  });
}

}  // namespace
}  // namespace heed::kernels
