#include "kernels/positions.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed::kernels {
namespace {

TEST(SinusoidTable, has_the_paper_s_values) {
  const auto table = sinusoid_table(3, 4);
  EXPECT_FLOAT_EQ(table[0], 0.0F);
  EXPECT_FLOAT_EQ(table[1], 1.0F);
  EXPECT_FLOAT_EQ(table[4], std::sin(1.0F));
  EXPECT_FLOAT_EQ(table[5], std::cos(1.0F));
  EXPECT_FLOAT_EQ(table[8 + 2], std::sin(2.0F / 100.0F));  // 10000^(2/4) = 100
  EXPECT_FLOAT_EQ(table[8 + 3], std::cos(2.0F / 100.0F));
}

TEST(SinusoidTable, an_odd_width_is_cut_not_shifted) {
  const auto odd = sinusoid_table(2, 3);
  EXPECT_EQ(odd.size(), 6U);
  EXPECT_FLOAT_EQ(odd[3], std::sin(1.0F));
}

}  // namespace
}  // namespace heed::kernels
