#include "kernels/rotary.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::kernels {
namespace {

using Floats = std::vector<float>;

Floats noise(size_t count, uint64_t seed) {
  Random random(seed);
  Floats values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

double dot(const Floats& a, const Floats& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Width 4: w_0 = 1, w_1 = 1/100. (1, 2 | 3, 4) at position 1 pairs 1 with 3 and 2 with 4.
TEST(Rotary, gives_the_numbers_worked_by_hand) {
  Floats row = {1, 2, 3, 4};
  rotate(row.data(), 1, Rotation({1}, 4));
  EXPECT_NEAR(row[0], -1.9841106, 1e-6);  // cos 1 - 3 sin 1
  EXPECT_NEAR(row[1], 1.9599007, 1e-6);   // 2 cos 0.01 - 4 sin 0.01
  EXPECT_NEAR(row[2], 2.4623779, 1e-6);   // sin 1 + 3 cos 1
  EXPECT_NEAR(row[3], 4.0197997, 1e-6);   // 2 sin 0.01 + 4 cos 0.01
  Floats at_the_beginning = {1, 2, 3, 4};
  rotate(at_the_beginning.data(), 1, Rotation({0}, 4));
  EXPECT_EQ(at_the_beginning, (Floats{1, 2, 3, 4}));
}

TEST(Rotary, equals_the_formula_in_double_at_awkward_widths) {
  const std::vector<int64_t> positions = {700, 3, 4, 3, 0};
  for (const int64_t width : {2, 6, 10, 34, 64}) {
    const int64_t heads = 3, half = width / 2;
    const Floats x = noise(positions.size() * heads * width, 5);
    Floats y = x;
    rotate(y.data(), heads, Rotation(positions, width));
    for (size_t r = 0; r < positions.size(); ++r) {
      for (int64_t h = 0; h < heads; ++h) {
        const size_t head = (r * heads + h) * width;
        for (int64_t i = 0; i < half; ++i) {
          const double angle = positions[r] * std::pow(10000.0, -2.0 * i / width);
          const double low = x[head + i], high = x[head + half + i];
          EXPECT_NEAR(y[head + i], low * std::cos(angle) - high * std::sin(angle), 1e-6) << width;
          EXPECT_NEAR(y[head + half + i], low * std::sin(angle) + high * std::cos(angle), 1e-6) << width;
        }
      }
    }
  }
}

TEST(Rotary, scores_depend_on_distance_alone) {
  const int64_t width = 32;
  const Floats query = noise(width, 1), key = noise(width, 2);
  const auto score = [&](int64_t query_position, int64_t key_position) {
    Floats q = query, k = key;
    rotate(q.data(), 1, Rotation({query_position}, width));
    rotate(k.data(), 1, Rotation({key_position}, width));
    return dot(q, k);
  };
  for (const int64_t distance : {0, 1, 5, 90}) {
    for (const int64_t place : {1, 40, 1000}) {
      EXPECT_NEAR(score(place + distance, place), score(distance, 0), 1e-4) << distance << " at " << place;
      EXPECT_NEAR(score(place, place + distance), score(0, distance), 1e-4) << distance << " at " << place;
    }
  }
  EXPECT_NEAR(score(7, 7), dot(query, key), 1e-5);
  EXPECT_GT(std::abs(score(1, 0) - score(0, 1)), 0.1);  // before and behind differ
  EXPECT_GT(std::abs(score(1, 0) - score(2, 0)), 0.1);
}

// <rotate(x), y> = <x, rotate_back(y)>
TEST(Rotary, backwards_is_the_transpose_and_the_inverse) {
  const int64_t heads = 2, width = 18;
  const Rotation rotation({12, 0, 7}, width);
  const Floats x = noise(3 * heads * width, 3), y = noise(x.size(), 4);
  Floats turned = x, back = y;
  rotate(turned.data(), heads, rotation);
  rotate_back(back.data(), heads, rotation);
  EXPECT_NEAR(dot(turned, y), dot(x, back), 1e-4);
  rotate_back(turned.data(), heads, rotation);
  for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(turned[i], x[i], 1e-6);
}

TEST(Rotary, a_row_has_the_same_bits_alone_and_among_others) {
  const int64_t heads = 2, width = 22;
  const std::vector<int64_t> positions = {5, 300, 2};
  const Floats x = noise(positions.size() * heads * width, 6);
  Floats together = x;
  rotate(together.data(), heads, Rotation(positions, width));
  for (size_t r = 0; r < positions.size(); ++r) {
    const auto begin = static_cast<std::ptrdiff_t>(r) * heads * width, end = begin + heads * width;
    Floats alone(x.begin() + begin, x.begin() + end);
    rotate(alone.data(), heads, Rotation({positions[r]}, width));
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + begin)) << r;
  }
}

TEST(Rotary, without_a_width_nothing_turns) {
  Floats row = {1, 2};
  rotate(row.data(), 1, Rotation());
  EXPECT_EQ(row, (Floats{1, 2}));
  EXPECT_TRUE(Rotation({}, 4).turns.empty());
}

}  // namespace
}  // namespace heed::kernels
