#include "infer/calibration.h"

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "infer/classifier.h"
#include "infer/random_floats.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"

namespace heed::infer {
namespace {

using test::random_floats;

// Sum of x x^T over `rows` inputs [width] that mostly go along a few directions, as those of a network do.
std::vector<float> skewed_moments(size_t width, size_t rows, uint64_t seed) {
  const std::vector<float> directions = random_floats(3 * width, seed);
  const std::vector<float> shares = random_floats(3 * rows, seed + 1),
                           noise = random_floats(width * rows, seed + 2);
  std::vector<float> moments(width * width);
  for (size_t r = 0; r < rows; ++r) {
    std::vector<float> x(width);
    for (size_t i = 0; i < width; ++i) {
      x[i] = 0.1F * noise[r * width + i];
      for (size_t d = 0; d < 3; ++d) x[i] += shares[r * 3 + d] * directions[d * width + i];
    }
    for (size_t i = 0; i < width; ++i) {
      for (size_t k = 0; k < width; ++k) moments[i * width + k] += x[i] * x[k];
    }
  }
  return moments;
}

// The sum over rows of e H e^T in plain loops, in double.
double product_error(std::span<const float> weight, std::span<const float> moments, const Int8Rows& rows) {
  const size_t width = weight.size() / rows.scales.size();
  double sum = 0;
  for (size_t r = 0; r < rows.scales.size(); ++r) {
    const auto error = [&](size_t i) {
      return static_cast<double>(weight[r * width + i]) -
             static_cast<double>(rows.scales[r]) * rows.values[r * width + i];
    };
    for (size_t i = 0; i < width; ++i) {
      for (size_t k = 0; k < width; ++k)
        sum += error(i) * static_cast<double>(moments[i * width + k]) * error(k);
    }
  }
  return sum;
}

TEST(FitRows, change_products_over_skewed_inputs_far_less_than_the_nearest_bytes_do) {
  constexpr size_t kWidth = 64, kRows = 8;
  const std::vector<float> weight = random_floats(kRows * kWidth, 5),
                           moments = skewed_moments(kWidth, 500, 6);
  const Int8Rows nearest = quantise_rows(weight, kRows);
  Int8Rows fitted = nearest;
  const ProductSquares told = fit_rows(weight, moments, fitted);
  EXPECT_EQ(fitted.scales, nearest.scales);
  const double before = product_error(weight, moments, nearest),
               after = product_error(weight, moments, fitted);
  EXPECT_LT(after, 0.25 * before);
  EXPECT_NEAR(told.nearest, before, 0.01 * before);
  EXPECT_NEAR(told.fitted, after, 0.05 * after);
  const Int8Rows zeros = {std::vector<int8_t>(weight.size()), nearest.scales};
  EXPECT_NEAR(told.products, product_error(weight, moments, zeros), 0.01 * told.products);
}

// What is made smaller holds the damping too, so over the moments alone a row may lose a hair.
TEST(FitRows, leave_no_row_worse) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const size_t width = 4 + seed;
    const std::vector<float> weight = random_floats(width, seed),
                             moments = skewed_moments(width, 2 * width, seed);
    const Int8Rows nearest = quantise_rows(weight, 1);
    Int8Rows fitted = nearest;
    fit_rows(weight, moments, fitted);
    EXPECT_LE(product_error(weight, moments, fitted), 1.01 * product_error(weight, moments, nearest)) << seed;
  }
}

TEST(FitRows, of_tiny_weights_and_inputs_stay_sound) {
  std::vector<float> weight = random_floats(2 * 8, 4), moments = skewed_moments(8, 20, 4);
  for (float& value : weight) value *= 1e-30F;
  for (float& value : moments) value *= 1e-12F;
  Int8Rows rows = quantise_rows(weight, 2);
  const ProductSquares told = fit_rows(weight, moments, rows);
  EXPECT_GE(told.fitted, 0.0);
  for (const int8_t value : rows.values) EXPECT_GE(value, -127);
}

TEST(FitRows, keep_the_nearest_bytes_where_inputs_are_independent_or_none) {
  const std::vector<float> weight = random_floats(4 * 16, 9);
  const Int8Rows nearest = quantise_rows(weight, 4);
  std::vector<float> moments(16 * 16);
  Int8Rows rows = nearest;
  fit_rows(weight, moments, rows);
  EXPECT_EQ(rows.values, nearest.values);
  for (size_t i = 0; i < 16; ++i) moments[i * 16 + i] = static_cast<float>(1 + i);
  fit_rows(weight, moments, rows);
  EXPECT_EQ(rows.values, nearest.values);
}

TEST(FitRows, leave_alone_what_overflowed) {
  const std::vector<float> weight = random_floats(4, 2), moments(16, std::numeric_limits<float>::infinity());
  const Int8Rows nearest = quantise_rows(weight, 1);
  Int8Rows rows = nearest;
  fit_rows(weight, moments, rows);
  EXPECT_EQ(rows.values, nearest.values);
}

// Bytes stay within [-127, 127], which the kernels rely on.
TEST(FitRows, stay_within_a_byte) {
  std::vector<float> weight(16, 1.0F), moments(16 * 16, 1.0F);
  weight[3] = 0.3F;
  Int8Rows rows = quantise_rows(weight, 1);
  fit_rows(weight, moments, rows);
  EXPECT_THAT(rows.values, ::testing::Each(::testing::Ge(-127)));
}

class CalibrationTest : public ::testing::Test {
 protected:
  ModelDirectory write(const ModelContents& contents) {
    write_model(folder_ / "m", contents);
    return open_model(folder_ / "m");
  }

  test::ScratchFolder folder_;
  const std::vector<std::string> texts_ = {"my card was stolen", "我的银行卡被偷了",
                                           "how do I transfer money"};
};

TEST_F(CalibrationTest, sums_what_the_products_of_its_thread_read_while_it_lives) {
  const ModelDirectory model = write(test::tiny_contents(test::tiny_classifier()));
  const Classifier classifier(model);
  classifier.classify(texts_);
  const Calibration calibration;
  EXPECT_EQ(calibration.rows(), 0);
  classifier.classify(texts_);
  const auto query = calibration.moments("encoder.layers.0.self_attention.query.weight");
  const auto key = calibration.moments("encoder.layers.0.self_attention.key.weight");
  const auto width = static_cast<size_t>(model.config.dim);
  ASSERT_EQ(query.size(), width * width);
  EXPECT_EQ(query.data(), key.data());  // one product, one input
  for (size_t i = 0; i < width; ++i) {
    EXPECT_GE(query[i * width + i], 0);
    for (size_t k = 0; k < i; ++k) EXPECT_FLOAT_EQ(query[i * width + k], query[k * width + i]);
  }
  EXPECT_EQ(calibration.moments("encoder.layers.0.feed_forward.down.weight").size(),
            static_cast<size_t>(model.config.ffn_dim * model.config.ffn_dim));
  EXPECT_TRUE(calibration.moments("embedding.weight").empty());
  const std::vector<float> once(query.begin(), query.end());
  classifier.classify(texts_);
  const auto twice = calibration.moments("encoder.layers.0.self_attention.query.weight");
  for (size_t i = 0; i < once.size(); ++i)
    EXPECT_NEAR(twice[i], 2 * once[i], 1e-3 * std::abs(once[i]) + 1e-4);
}

TEST_F(CalibrationTest, brings_a_translator_of_int8_nearer_to_what_it_was) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  const ModelDirectory model = write(contents);
  const Translator translator(model);
  const Calibration calibration;
  translator.translate(texts_, {.beam = 1});
  QuantisedWeights fitted = quantise_weights(model, Precision::int8, &calibration);
  ASSERT_TRUE(fitted.products.has_value());
  EXPECT_GT(fitted.products->fitted, 0);
  EXPECT_LT(fitted.products->fitted, 0.8 * fitted.products->nearest);
  EXPECT_GE(fitted.error, quantise_weights(model, Precision::int8).error);
  ModelContents small = contents;
  small.weights = std::move(fitted.tensors);
  EXPECT_EQ(Translator(write(small)).translate(texts_, {.beam = 1}).size(), texts_.size());
}

TEST_F(CalibrationTest, is_for_int8_alone) {
  const ModelDirectory model = write(test::tiny_contents(test::tiny_translator()));
  const Calibration calibration;
  expect_error(ErrorCode::invalid_argument, {"expected int8 where rounding is calibrated, found bf16"},
               [&] { quantise_weights(model, Precision::bf16, &calibration); });
  EXPECT_FALSE(quantise_weights(model, Precision::int8, &calibration).products.has_value());
}

}  // namespace
}  // namespace heed::infer
