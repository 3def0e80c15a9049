#include "kernels/dropout.h"

#include <vector>

#include <gtest/gtest.h>

namespace heed::kernels {
namespace {

TEST(Dropout, keeps_its_share_and_the_mean) {
  const std::vector<float> ones(100000, 1.0F);
  std::vector<float> y(ones.size());
  for (const double p : {0.0, 0.1, 0.5, 0.9}) {
    dropout(ones.data(), y.data(), 0, 100000, p, 17);
    double sum = 0;
    int64_t dropped = 0;
    for (const float value : y) {
      sum += value;
      dropped += value == 0.0F ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(dropped) / 100000, p, 0.006) << p;
    EXPECT_NEAR(sum / 100000, 1.0, 0.06) << p;
  }
}

TEST(Dropout, does_not_depend_on_how_a_range_is_cut) {
  const std::vector<float> x(1003, 2.0F), residual(1003, 5.0F);
  std::vector<float> whole(1003), parts(1003);
  dropout_add(x.data(), residual.data(), whole.data(), 0, 1003, 0.3, 99);
  for (int64_t i = 0; i < 1003; i += 17) {
    dropout_add(x.data(), residual.data(), parts.data(), i, std::min<int64_t>(i + 17, 1003), 0.3, 99);
  }
  EXPECT_EQ(whole, parts);
}

TEST(Dropout, add_is_residual_plus_what_dropout_leaves) {
  const std::vector<float> x(500, 3.0F), residual(500, -1.0F);
  std::vector<float> added(500), dropped(500);
  dropout_add(x.data(), residual.data(), added.data(), 0, 500, 0.4, 5);
  dropout(x.data(), dropped.data(), 0, 500, 0.4, 5);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(added[i], -1.0F + dropped[i]);
}

TEST(Dropout, seeds_and_their_halves_give_different_masks) {
  const std::vector<float> ones(4096, 1.0F);
  std::vector<float> a(4096), b(4096), c(4096);
  dropout(ones.data(), a.data(), 0, 4096, 0.5, 1);
  dropout(ones.data(), b.data(), 0, 4096, 0.5, 2);
  dropout(ones.data(), c.data(), 0, 4096, 0.5, 1ULL << 32 | 1);
  int same_ab = 0, same_ac = 0;
  for (int i = 0; i < 4096; ++i) {
    same_ab += a[i] == b[i] ? 1 : 0;
    same_ac += a[i] == c[i] ? 1 : 0;
  }
  EXPECT_NEAR(same_ab, 2048, 200);
  EXPECT_NEAR(same_ac, 2048, 200);
}

}  // namespace
}  // namespace heed::kernels
