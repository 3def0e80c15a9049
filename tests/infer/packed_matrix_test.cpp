#include "infer/packed_matrix.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infer/random_floats.h"
#include "infer/single_thread.h"

namespace heed::infer {
namespace {

using test::random_floats;

struct Shape {
  int64_t out, in;
};

class PackedMatrixShapes : public ::testing::TestWithParam<Shape> {};

TEST_P(PackedMatrixShapes, agree_with_plain_loops) {
  const SingleThread single;
  const auto [out, in] = GetParam();
  const auto weight = random_floats(out * in, 1), bias = random_floats(out, 2), x = random_floats(7 * in, 3);
  const PackedMatrix matrix(weight, bias, out, in);
  std::vector<float> y(7 * out);
  matrix.multiply(x.data(), 7, y.data());
  for (int64_t r = 0; r < 7; ++r) {
    for (int64_t o = 0; o < out; ++o) {
      double sum = bias[o];
      for (int64_t i = 0; i < in; ++i) sum += static_cast<double>(x[r * in + i]) * weight[o * in + i];
      EXPECT_NEAR(y[r * out + o], sum, 1e-4) << r << " " << o;
    }
  }
}

TEST_P(PackedMatrixShapes, give_a_row_the_same_bits_whatever_stands_beside_it) {
  const SingleThread single;
  const auto [out, in] = GetParam();
  const int64_t most = 600;
  const auto weight = random_floats(out * in, 4), x = random_floats(most * in, 5);
  const PackedMatrix matrix(weight, {}, out, in);
  std::vector<float> all(most * out), some(most * out);
  matrix.multiply(x.data(), most, all.data());
  for (const int64_t rows :
       {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 100, 127, 255, 256, 257, 511}) {
    const int64_t first = most - rows;
    matrix.multiply(x.data() + first * in, rows, some.data());
    ASSERT_TRUE(std::equal(some.begin(), some.begin() + rows * out, all.begin() + first * out)) << rows;
  }
}

TEST_P(PackedMatrixShapes, finish_as_asked) {
  const SingleThread single;
  const auto [out, in] = GetParam();
  const int64_t rows = 7;
  const auto weight = random_floats(out * in, 6), bias = random_floats(out, 7),
             x = random_floats(rows * in, 8), before = random_floats(rows * out, 9);
  const PackedMatrix matrix(weight, bias, out, in);
  std::vector<float> plain(rows * out);
  matrix.multiply(x.data(), rows, plain.data());
  for (const bool relu : {false, true}) {
    for (const bool add : {false, true}) {
      std::vector<float> y = before;
      matrix.multiply(x.data(), rows, y.data(), {.relu = relu, .add = add});
      for (size_t i = 0; i < y.size(); ++i) {
        const float product = relu ? std::max(plain[i], 0.0F) : plain[i];
        EXPECT_NEAR(y[i], product + (add ? before[i] : 0.0F), 1e-4) << relu << add << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, PackedMatrixShapes,
                         ::testing::Values(Shape{16, 16}, Shape{1, 5}, Shape{7, 15}, Shape{160, 16},
                                           Shape{64, 256}, Shape{1024, 64}, Shape{33, 129}, Shape{96, 1024}),
                         [](const auto& info) {
                           return std::to_string(info.param.out) + "_by_" + std::to_string(info.param.in);
                         });

// oneDNN picks its kernels once a process, so each instruction set is tried in one of its own.
class OtherInstructionSets : public ::testing::TestWithParam<std::string> {};

TEST_P(OtherInstructionSets, keep_the_same_promises) {
  const std::string limit = "ONEDNN_MAX_CPU_ISA=" + GetParam() + " DNNL_MAX_CPU_ISA=" + GetParam();
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = limit + " '" + self + "' --gtest_filter='Shapes/*' >/dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

INSTANTIATE_TEST_SUITE_P(Older, OtherInstructionSets, ::testing::Values("SSE41", "AVX", "AVX2"),
                         [](const auto& info) { return info.param; });

TEST(PackedMatrix, of_no_rows_writes_nothing) {
  const SingleThread single;
  const PackedMatrix matrix(std::vector<float>{1.0F, 2.0F}, {}, 1, 2);
  float untouched = 5.0F;
  matrix.multiply(nullptr, 0, &untouched);
  EXPECT_EQ(untouched, 5.0F);
}

}  // namespace
}  // namespace heed::infer
