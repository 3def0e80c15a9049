#include "infer/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/tiny_model.h"
#include "model/int8_contents.h"

namespace heed::infer {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::Gt;

class WeightsOfInt8 : public ::testing::Test {
 protected:
  WeightsOfInt8() {
    write_model(folder_ / "m", test::int8_contents(test::tiny_contents(test::tiny_translator())));
  }

  test::ScratchFolder folder_;
};

TEST_F(WeightsOfInt8, give_a_product_its_rows_and_scales_as_they_are_stored) {
  const ModelDirectory model = open_model(folder_ / "m");
  const Weights up = Weights(model.weights) / "encoder" / "layers" / 0 / "feed_forward" / "up";
  ASSERT_TRUE(up.is_int8("weight"));
  const auto rows = up.int8("weight");
  const auto scales = up.scales("weight");
  ASSERT_EQ(rows.size(), 24U * 16U);
  ASSERT_EQ(scales.size(), 24U);
  EXPECT_THAT(scales, Each(Gt(0.0F)));
  EXPECT_EQ(static_cast<const void*>(rows.data()),
            model.weights.at("encoder.layers.0.feed_forward.up.weight").bytes.data());
  std::vector<float> values;
  for (size_t i = 0; i < rows.size(); ++i) values.push_back(scales[i / 16] * static_cast<float>(rows[i]));
  EXPECT_THAT(up.at("weight"), ElementsAreArray(values));
  EXPECT_THAT(up.find("weight"), ElementsAreArray(values));
}

TEST_F(WeightsOfInt8, say_that_a_bias_is_none) {
  const ModelDirectory model = open_model(folder_ / "m");
  const Weights norm = Weights(model.weights) / "encoder" / "norm";
  EXPECT_FALSE(norm.is_int8("weight"));
  EXPECT_THROW(norm.int8("weight"), Error);
  EXPECT_THROW(norm.scales("weight"), Error);
}

}  // namespace
}  // namespace heed::infer
