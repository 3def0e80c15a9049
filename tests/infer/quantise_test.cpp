#include "infer/quantise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "infer/classifier.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"
#include "model/int8_contents.h"

namespace heed::infer {
namespace {

using ::testing::ElementsAre;

std::vector<float> values_of(const Int8Rows& rows) {
  std::vector<float> values;
  const size_t cols = rows.values.size() / rows.scales.size();
  for (size_t i = 0; i < rows.values.size(); ++i)
    values.push_back(rows.scales[i / cols] * static_cast<float>(rows.values[i]));
  return values;
}

double squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
  return sum;
}

// The error of a row whose scale is its greatest magnitude / 127.
double unclipped_error(std::span<const float> row) {
  float greatest = 0;
  for (const float value : row) greatest = std::max(greatest, std::abs(value));
  std::vector<float> values;
  for (const float value : row) values.push_back(greatest / 127 * std::nearbyint(value / (greatest / 127)));
  return squared_error(row, values);
}

TEST(QuantiseRows, scale_each_row_by_its_greatest_magnitude) {
  const std::vector<float> weight = {127, -2, 0.6F, 0, -63.5F, 32, 0.5F, 0};
  const Int8Rows rows = quantise_rows(weight, 2);
  EXPECT_THAT(rows.scales, ElementsAre(1.0F, 0.5F));
  EXPECT_THAT(rows.values, ElementsAre(127, -2, 1, 0, -127, 64, 1, 0));
}

TEST(QuantiseRows, give_zeros_for_a_row_of_zeros) {
  const Int8Rows rows = quantise_rows(std::vector<float>{0, 0, -0.0F, 3, 0, 0}, 2);
  EXPECT_EQ(rows.scales[0], 1.0F);
  EXPECT_THAT(rows.values, ElementsAre(0, 0, 0, 127, 0, 0));
}

TEST(QuantiseRows, of_tiny_and_of_huge_numbers_have_a_sound_scale) {
  for (const float size : {std::numeric_limits<float>::denorm_min(), 1e-38F, 1e-30F, 1e30F, 3e38F}) {
    const std::vector<float> weight = {size, -size, size / 2, 0};
    const Int8Rows rows = quantise_rows(weight, 1);
    EXPECT_TRUE(std::isfinite(rows.scales[0]) && rows.scales[0] > 0) << size;
    for (const int8_t value : rows.values) EXPECT_GE(value, -127) << size;
    const std::vector<float> found = values_of(rows);
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], weight[i], std::max(size / 100, 1e-37F)) << size;
  }
}

TEST(QuantiseRows, keep_every_number_of_an_even_row_within_half_a_step) {
  Random random(3);
  std::vector<float> row(256);
  for (float& value : row) value = static_cast<float>(2 * random.uniform() - 1);
  const Int8Rows rows = quantise_rows(row, 1);
  const std::vector<float> found = values_of(rows);
  for (size_t i = 0; i < row.size(); ++i) EXPECT_LE(std::abs(found[i] - row[i]), rows.scales[0] * 0.5001F);
}

// One number far beyond a long row of others: giving up its last part costs less than the rounding of all.
TEST(QuantiseRows, clip_an_outlier_where_that_lowers_the_error) {
  Random random(4);
  std::vector<float> row(65536);
  for (float& value : row) value = static_cast<float>(random.normal());
  row[17] = 8;
  const Int8Rows rows = quantise_rows(row, 1);
  EXPECT_LT(rows.scales[0], 8.0F / 127);
  EXPECT_EQ(rows.values[17], 127);
  EXPECT_LT(squared_error(row, values_of(rows)), 0.8 * unclipped_error(row));
}

TEST(QuantiseRows, are_never_worse_than_without_clipping) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    std::vector<float> row(1 + random.below(600));
    for (float& value : row) value = static_cast<float>(std::pow(random.normal(), 3.0));
    EXPECT_LE(squared_error(row, values_of(quantise_rows(row, 1))), unclipped_error(row) * (1 + 1e-5))
        << "seed " << seed;
  }
}

class QuantiseWeights : public ::testing::Test {
 protected:
  ModelDirectory write(const ModelContents& contents) {
    write_model(folder_ / "m", contents);
    return open_model(folder_ / "m");
  }
  ModelDirectory quantise(const ModelContents& contents, Precision to) {
    ModelContents changed = contents;
    changed.weights = quantise_weights(write(contents), to).tensors;
    return write(changed);
  }

  test::ScratchFolder folder_;
};

TEST_F(QuantiseWeights, to_int8_changes_matrices_and_tables_alone) {
  ModelConfig config = test::tiny_classifier();
  config.ngrams.buckets = 20;
  config.positions = "learned";
  const ModelContents before = test::tiny_contents(config);
  const ModelDirectory after = quantise(before, Precision::int8);
  const std::vector<WeightShape> list = weight_shapes(after.config);
  for (size_t i = 0; i < list.size(); ++i) {
    const TensorView& view = after.weights.at(list[i].name);
    EXPECT_EQ(view.type, list[i].by_row ? DataType::i8 : DataType::f32) << list[i].name;
    if (!list[i].by_row) {
      EXPECT_EQ(view.bytes, before.weights[i].bytes) << list[i].name;
    }
  }
}

TEST_F(QuantiseWeights, tell_how_far_the_numbers_moved) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  const ModelDirectory model = write(contents);
  for (const Precision to : {Precision::int8, Precision::bf16}) {
    const ModelDirectory after = quantise(contents, to);
    double errors = 0, squares = 0;
    for (const WeightShape& weight : weight_shapes(model.config)) {
      if (!weight.by_row) continue;
      const auto old = weight_values(model.weights, weight.name),
                 now = weight_values(after.weights, weight.name);
      errors += squared_error(old, now);
      squares += squared_error(old, std::vector<float>(old.size()));
    }
    const double error = quantise_weights(model, to).error;
    EXPECT_NEAR(error, std::sqrt(errors / squares), 1e-6);
    EXPECT_GT(error, 1e-4);
    EXPECT_LT(error, 0.01);
  }
}

TEST_F(QuantiseWeights, to_bf16_round_to_the_nearest) {
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  const float one_third = 1.0F / 3;
  std::memcpy(contents.weights[0].bytes.data(), &one_third, sizeof one_third);
  const ModelDirectory after = quantise(contents, Precision::bf16);
  EXPECT_EQ(after.weights.at("embedding.weight").type, DataType::bf16);
  EXPECT_EQ(weight_values(after.weights, "embedding.weight")[0], 0x1.56p-2F);
  EXPECT_EQ(after.weights.at("encoder.norm.weight").type, DataType::f32);
}

TEST_F(QuantiseWeights, of_bf16_can_still_become_int8) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  ModelContents half = contents;
  half.weights = quantise_weights(write(contents), Precision::bf16).tensors;
  const ModelDirectory after = quantise(half, Precision::int8);
  EXPECT_EQ(weight_precision(after.weights), Precision::int8);
}

TEST_F(QuantiseWeights, leave_a_translator_that_says_nearly_the_same) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  const ModelDirectory model = write(contents);
  const std::vector<int32_t> source = {5, 6, 40, 90}, target = {7, 30, 100};
  const std::vector<float> expected = Translator(model).logits(source, target);
  const std::vector<float> found = Translator(quantise(contents, Precision::int8)).logits(source, target);
  const double size = std::sqrt(squared_error(expected, std::vector<float>(expected.size())));
  EXPECT_LT(std::sqrt(squared_error(found, expected)), 0.03 * size);
}

TEST_F(QuantiseWeights, leave_a_classifier_with_n_grams_that_says_nearly_the_same) {
  ModelConfig config = test::tiny_classifier();
  config.ngrams.buckets = 50;
  const ModelContents contents = test::tiny_contents(config);
  const std::vector<std::string> texts = {"my card was stolen", "我的银行卡被偷了"};
  const auto expected = Classifier(write(contents)).classify(texts);
  const auto found = Classifier(quantise(contents, Precision::int8)).classify(texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    for (size_t h = 0; h < expected[i].heads.size(); ++h) {
      EXPECT_EQ(found[i].heads[h].labels[0].label, expected[i].heads[h].labels[0].label) << texts[i];
      EXPECT_NEAR(found[i].heads[h].labels[0].probability, expected[i].heads[h].labels[0].probability, 0.02);
    }
  }
}

TEST_F(QuantiseWeights, are_refused_where_there_is_nothing_to_gain) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  const ModelDirectory small = write(test::int8_contents(contents));
  for (const Precision to : {Precision::int8, Precision::bf16}) {
    expect_error(ErrorCode::invalid_argument, {small.path.string(), "found int8"},
                 [&] { quantise_weights(small, to); });
  }
  const ModelDirectory half = quantise(contents, Precision::bf16);
  expect_error(ErrorCode::invalid_argument, {"expected weights of fp32 to quantise to bf16, found bf16"},
               [&] { quantise_weights(half, Precision::bf16); });
  expect_error(ErrorCode::invalid_argument, {"found fp32"}, [&] { quantise_weights(half, Precision::fp32); });
}

TEST_F(QuantiseWeights, are_refused_where_a_number_is_none_or_too_large) {
  for (const size_t number : {size_t{0}, size_t{1}}) {  // a table; a norm, which would be copied
    ModelContents contents = test::tiny_contents(test::tiny_translator());
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(contents.weights[number].bytes.data() + 5 * sizeof nan, &nan, sizeof nan);
    const ModelDirectory sick = write(contents);
    for (const Precision to : {Precision::int8, Precision::bf16}) {
      expect_error(
          ErrorCode::corrupt_data,
          {"'" + contents.weights[number].name + "'", "expected finite numbers, found nan at element 5"},
          [&] { quantise_weights(sick, to); });
    }
  }
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  const float largest = std::numeric_limits<float>::max();
  std::memcpy(contents.weights[0].bytes.data(), &largest, sizeof largest);
  const ModelDirectory huge = write(contents);
  expect_error(ErrorCode::corrupt_data, {"'embedding.weight'", "bfloat16"},
               [&] { quantise_weights(huge, Precision::bf16); });
}

}  // namespace
}  // namespace heed::infer
