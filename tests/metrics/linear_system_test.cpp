#include "metrics/linear_system.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

using namespace heed;
using namespace heed::metrics;

TEST(LinearSystem, of_two_is_worked_by_hand) {
  // 4 x + 2 y = 10, 2 x + 3 y = 9: x = 1.5, y = 2.
  const auto x = solve_positive_definite({4, 99, 2, 3}, {10, 9});  // the upper half is not read
  EXPECT_NEAR(x[0], 1.5, 1e-12);
  EXPECT_NEAR(x[1], 2, 1e-12);
}

TEST(LinearSystem, gives_back_what_made_the_right_side) {
  Random random(2);
  for (size_t n = 1; n <= 12; ++n) {
    std::vector<double> root(n * n), a(n * n, 0.0), wanted(n), b(n, 0.0);
    for (double& value : root) value = random.normal();
    for (double& value : wanted) value = random.normal();
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        for (size_t k = 0; k < n; ++k) a[i * n + j] += root[i * n + k] * root[j * n + k];
      }
      a[i * n + i] += 0.1;
    }
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) b[i] += a[i * n + j] * wanted[j];
    }
    const auto x = solve_positive_definite(a, b);
    for (size_t i = 0; i < n; ++i) EXPECT_NEAR(x[i], wanted[i], 1e-8);
  }
}
