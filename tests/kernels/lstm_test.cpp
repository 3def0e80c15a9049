#include "kernels/lstm.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::kernels {
namespace {

using Floats = std::vector<float>;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

Floats noise(size_t count, uint64_t seed, double scale = 1.0) {
  Random random(seed);
  Floats values(count);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

// Gates all at 0 are half open and the candidate is 0: c = c' / 2, h = tanh(c) / 2. Then gates at ln 3 are
// open by 3/4: with the candidate told artanh(4/5) = ln 3, c = 3/4 + 3/4 * 4/5 = 27/20, h = 3/4 tanh(27/20).
TEST(LstmStep, gives_the_numbers_worked_by_hand) {
  const float ln3 = std::log(3.0F);
  Floats gates = {0, 0, 0, 0, ln3, ln3, ln3, ln3}, cell = {2.0F, 1.0F}, hidden(2);
  lstm_step(gates.data(), cell.data(), cell.data(), hidden.data(), 2, 1);
  EXPECT_FLOAT_EQ(cell[0], 1.0F);
  EXPECT_NEAR(hidden[0], 0.3807971, 1e-6);  // tanh(1) / 2
  EXPECT_NEAR(cell[1], 1.35, 1e-6);
  EXPECT_NEAR(hidden[1], 0.6555400, 1e-6);  // 3/4 tanh(1.35), tanh(1.35) = 0.8740533
  const Floats opened = {0.5F, 0.5F, 0.0F, 0.5F, 0.75F, 0.75F, 0.8F, 0.75F};
  for (size_t i = 0; i < gates.size(); ++i) EXPECT_NEAR(gates[i], opened[i], 1e-6) << i;
}

TEST(LstmStep, equals_the_formula_in_double_at_awkward_widths) {
  for (const int64_t width : {1, 3, 8, 17, 64, 100}) {
    const int64_t rows = 3;
    const Floats told = noise(rows * 4 * width, 5, 3.0), before = noise(rows * width, 6);
    Floats gates = told, cell(before.size()), hidden(before.size());
    lstm_step(gates.data(), before.data(), cell.data(), hidden.data(), rows, width);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = 0; i < width; ++i) {
        const float* a = told.data() + r * 4 * width + i;
        const double c = sigmoid(a[width]) * before[r * width + i] + sigmoid(a[0]) * std::tanh(a[2 * width]);
        EXPECT_NEAR(cell[r * width + i], c, 2e-6) << width;
        EXPECT_NEAR(hidden[r * width + i], sigmoid(a[3 * width]) * std::tanh(c), 2e-6) << width;
      }
    }
  }
}

TEST(LstmStep, a_row_has_the_same_bits_alone_and_among_others) {
  const int64_t rows = 5, width = 21;
  const Floats told = noise(rows * 4 * width, 7), before = noise(rows * width, 8);
  Floats gates = told, cell(before.size()), hidden(before.size());
  lstm_step(gates.data(), before.data(), cell.data(), hidden.data(), rows, width);
  for (int64_t r = 0; r < rows; ++r) {
    Floats own(told.begin() + r * 4 * width, told.begin() + (r + 1) * 4 * width), c(width), h(width);
    lstm_step(own.data(), before.data() + r * width, c.data(), h.data(), 1, width);
    EXPECT_TRUE(std::equal(h.begin(), h.end(), hidden.begin() + r * width));
    EXPECT_TRUE(std::equal(c.begin(), c.end(), cell.begin() + r * width));
  }
}

TEST(LstmStep, saturates_at_great_values_and_hides_no_value_that_is_not_a_number) {
  for (const int64_t width : {1, 16}) {
    Floats gates(4 * width, 1e30F), cell(width, -3.0F), hidden(width);
    lstm_step(gates.data(), cell.data(), cell.data(), hidden.data(), 1, width);
    EXPECT_FLOAT_EQ(cell[0], -2.0F);  // 1 * -3 + 1 * 1
    EXPECT_FLOAT_EQ(hidden[0], std::tanh(-2.0F));
    for (int part = 0; part < 4; ++part) {
      Floats bad(4 * width, 0.1F);
      bad[part * width] = NAN;
      Floats c(width, 1.0F);
      lstm_step(bad.data(), c.data(), c.data(), hidden.data(), 1, width);
      EXPECT_TRUE(std::isnan(hidden[0])) << "gate " << part << " width " << width;
    }
  }
}

// A scalar that weighs every h and c differently, in double.
double weighed(const std::vector<double>& a, const std::vector<double>& before, int64_t rows, int64_t width) {
  double sum = 0.0;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < width; ++i) {
      const double* at = a.data() + r * 4 * width + i;
      const double c = sigmoid(at[width]) * before[r * width + i] + sigmoid(at[0]) * std::tanh(at[2 * width]);
      const double place = static_cast<double>(r * width + i);
      sum += (0.3 + 0.1 * place) * sigmoid(at[3 * width]) * std::tanh(c) + (0.7 - 0.05 * place) * c;
    }
  }
  return sum;
}

TEST(LstmStepBackward, has_the_gradients_of_the_central_difference) {
  for (const int64_t width : {1, 5, 19}) {
    const int64_t rows = 2;
    const Floats told = noise(rows * 4 * width, 9), before = noise(rows * width, 10);
    Floats gates = told, cell(before.size()), hidden(before.size());
    lstm_step(gates.data(), before.data(), cell.data(), hidden.data(), rows, width);
    Floats d_hidden(before.size()), d_cell(before.size()), d_gates(told.size());
    for (size_t i = 0; i < before.size(); ++i) {
      d_hidden[i] = 0.3F + 0.1F * static_cast<float>(i);
      d_cell[i] = 0.7F - 0.05F * static_cast<float>(i);
    }
    lstm_step_backward(gates.data(), before.data(), cell.data(), d_hidden.data(), d_cell.data(),
                       d_gates.data(), rows, width);
    std::vector<double> a(told.begin(), told.end()), c(before.begin(), before.end());
    const auto difference = [&](double& value) {
      const double kept = value;
      value = kept + 1e-5;
      const double above = weighed(a, c, rows, width);
      value = kept - 1e-5;
      const double below = weighed(a, c, rows, width);
      value = kept;
      return (above - below) / 2e-5;
    };
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(d_gates[i], difference(a[i]), 2e-5) << width;
    for (size_t i = 0; i < c.size(); ++i) EXPECT_NEAR(d_cell[i], difference(c[i]), 2e-5) << width;
  }
}

}  // namespace
}  // namespace heed::kernels
