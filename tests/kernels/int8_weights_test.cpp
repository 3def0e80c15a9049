#include "kernels/int8_weights.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/instruction_sets.h"
#include "base/random.h"

namespace heed::kernels {
namespace {

struct Problem {
  int64_t out, in, rows;
  std::vector<int8_t> weight;
  std::vector<float> scale, bias, x;
};

Problem random_problem(int64_t out, int64_t in, int64_t rows, uint64_t seed) {
  Random random(seed);
  Problem p{out, in, rows, {}, {}, {}, {}};
  for (int64_t i = 0; i < out * in; ++i)
    p.weight.push_back(static_cast<int8_t>(std::lround(254.0 * random.uniform() - 127.0)));
  for (int64_t o = 0; o < out; ++o) {
    p.scale.push_back(static_cast<float>(0.01 + 0.01 * random.uniform()));
    p.bias.push_back(static_cast<float>(random.normal()));
  }
  for (int64_t i = 0; i < rows * in; ++i) p.x.push_back(static_cast<float>(random.normal()));
  return p;
}

Int8Weights weights_of(const Problem& p) { return {p.weight, p.scale, p.bias, p.out, p.in}; }

std::vector<float> product(const Problem& p, Finish finish = {}, std::vector<float> y = {}) {
  y.resize(static_cast<size_t>(p.rows * p.out));
  weights_of(p).multiply(p.x.data(), p.rows, y.data(), finish);
  return y;
}

// What a row's bytes cost at most: half a step of its range on each side of every product.
double bound(const Problem& p, int64_t r, int64_t o) {
  const auto row = std::span(p.x).subspan(static_cast<size_t>(r * p.in), static_cast<size_t>(p.in));
  const auto [low, high] = std::ranges::minmax(row);
  double sum = 0.0;
  for (int64_t i = 0; i < p.in; ++i) sum += std::abs(p.scale[o] * p.weight[o * p.in + i]);
  return 0.51 * (high - low) / 127.0 * sum + 1e-4;
}

TEST(Int8Weights, is_that_of_plain_loops_within_the_rounding_of_x) {
  test::on_every_instruction_set([] {
    for (const auto& [out, in] : std::vector<std::pair<int64_t, int64_t>>{
             {16, 16}, {1, 5}, {7, 15}, {160, 16}, {64, 256}, {1024, 64}, {33, 129}, {96, 1024}, {40, 1}}) {
      for (const int64_t rows : {1, 2, 3, 5, 8, 70}) {
        const Problem p = random_problem(out, in, rows, 3);
        const std::vector<float> y = product(p);
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t o = 0; o < out; ++o) {
            double sum = p.bias[o];
            for (int64_t i = 0; i < in; ++i)
              sum += static_cast<double>(p.x[r * in + i]) * p.scale[o] * p.weight[o * in + i];
            ASSERT_NEAR(y[r * out + o], sum, bound(p, r, o)) << out << " " << in << " " << rows;
          }
        }
      }
    }
  });
}

TEST(Int8Weights, gives_a_row_the_same_bits_whatever_stands_beside_it) {
  test::on_every_instruction_set([] {
    const Problem p = random_problem(200, 72, 150, 4);
    const std::vector<float> all = product(p);
    for (const int64_t rows : {1, 2, 3, 4, 7, 8, 63, 64, 65, 129}) {
      Problem some = p;
      some.rows = rows;
      some.x.assign(p.x.end() - rows * p.in, p.x.end());
      const std::vector<float> y = product(some);
      ASSERT_TRUE(std::equal(y.begin(), y.end(), all.end() - rows * p.out)) << rows;
    }
  });
}

// The greatest sums that pairs of bytes can have: none may overflow on its way.
TEST(Int8Weights, of_the_greatest_numbers_does_not_overflow) {
  test::on_every_instruction_set([] {
    Problem p = random_problem(32, 64, 4, 5);
    std::ranges::fill(p.scale, 1.0F);
    std::ranges::fill(p.bias, 0.0F);
    for (const int8_t extreme : {int8_t{127}, int8_t{-127}}) {
      std::ranges::fill(p.weight, extreme);
      for (int64_t i = 0; i < p.rows * p.in; ++i) p.x[i] = i % p.in == 0 ? 0.0F : 1.0F;
      for (const float y : product(p)) EXPECT_NEAR(y, 63.0F * extreme, 1.0F);
    }
  });
}

TEST(Int8Weights, is_finished_as_asked) {
  test::on_every_instruction_set([] {
    const Problem p = random_problem(37, 20, 6, 6);
    const std::vector<float> plain = product(p);
    std::vector<float> before(plain.size());
    for (size_t i = 0; i < before.size(); ++i) before[i] = static_cast<float>(i) * 0.25F;
    const std::vector<float> relu = product(p, {.relu = true}),
                             both = product(p, {.relu = true, .add = true}, before),
                             added = product(p, {.add = true}, before);
    for (size_t i = 0; i < plain.size(); ++i) {
      EXPECT_EQ(relu[i], std::max(plain[i], 0.0F));
      EXPECT_EQ(added[i], plain[i] + before[i]);
      EXPECT_EQ(both[i], relu[i] + before[i]);
    }
  });
}

TEST(Int8Weights, of_a_row_all_of_one_number_is_exact) {
  test::on_every_instruction_set([] {
    Problem p = random_problem(3, 9, 1, 7);
    for (const float value : {0.0F, 2.5F, -1e-38F}) {
      std::ranges::fill(p.x, value);
      const std::vector<float> y = product(p);
      for (int64_t o = 0; o < 3; ++o) {
        double sum = p.bias[o];
        for (int64_t i = 0; i < 9; ++i) sum += static_cast<double>(value) * p.scale[o] * p.weight[o * 9 + i];
        EXPECT_NEAR(y[o], sum, 1e-5);
      }
    }
  });
}

TEST(Int8Weights, of_a_row_that_is_not_finite_is_not_either) {
  test::on_every_instruction_set([] {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      for (const size_t place : {0, 5, 18}) {
        Problem p = random_problem(3, 19, 2, 8);
        p.x[place] = bad;
        const std::vector<float> y = product(p);
        for (size_t o = 0; o < 3; ++o) {
          EXPECT_FALSE(std::isfinite(y[o]));
          EXPECT_TRUE(std::isfinite(y[3 + o]));
        }
      }
    }
  });
}

}  // namespace
}  // namespace heed::kernels
