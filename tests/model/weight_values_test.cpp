#include "model/weight_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "infer/tiny_model.h"
#include "model/int8_contents.h"

namespace heed {
namespace {

using ::testing::ElementsAre;

SafetensorsFile written(const test::ScratchFolder& folder, const std::vector<Tensor>& tensors) {
  write_safetensors(folder / "w", tensors);
  return SafetensorsFile(folder / "w");
}

TEST(WeightValues, of_int8_are_each_row_times_its_scale) {
  const test::ScratchFolder folder;
  const SafetensorsFile file =
      written(folder, {{"权重", DataType::i8, {2, 3}, std::string("\x7f\x00\x81\x01\x02\xff", 6)},
                       test::tensor_of("权重.scale", {0.5F, 2.0F})});
  EXPECT_THAT(weight_values(file, "权重"), ElementsAre(63.5F, 0.0F, -63.5F, 2.0F, 4.0F, -2.0F));
  EXPECT_THAT(int8_values(file, "权重"), ElementsAre(127, 0, -127, 1, 2, -1));
  EXPECT_EQ(weight_precision(file), Precision::int8);
}

TEST(WeightValues, of_floats_are_the_floats) {
  const test::ScratchFolder folder;
  const SafetensorsFile file = written(
      folder, {test::tensor_of("a", {1.0F, -2.0F}), {"b", DataType::bf16, {1}, std::string("\x80\x3f", 2)}});
  EXPECT_THAT(weight_values(file, "a"), ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(weight_values(file, "b"), ElementsAre(1.0F));
  EXPECT_EQ(weight_precision(file), Precision::bf16);
  expect_error(ErrorCode::unsupported, {"'a'", "expected I8, found F32"}, [&] { int8_values(file, "a"); });
  expect_error(ErrorCode::not_found, {"'c'"}, [&] { weight_values(file, "c"); });
}

}  // namespace
}  // namespace heed
