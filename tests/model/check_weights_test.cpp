#include "model/check_weights.h"

#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infer/tiny_model.h"
#include "model/int8_contents.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kMatrix = "encoder.layers.0.feed_forward.up.weight";  // [24, 16]

using Weights = std::map<std::string, Tensor>;

// What the check says about the weights of an int8 translator after `spoil`.
std::string refusal(const std::function<void(Weights&)>& spoil) {
  const ModelContents contents = test::int8_contents(test::tiny_contents(test::tiny_translator()));
  Weights weights;
  for (const Tensor& tensor : contents.weights) weights[tensor.name] = tensor;
  spoil(weights);
  std::map<std::string, TensorView> views;
  for (const auto& [name, tensor] : weights) {
    views[name] = {.type = tensor.type, .shape = tensor.shape, .bytes = tensor.bytes};
  }
  try {
    check_weights(contents.config, views, ErrorCode::corrupt_data, "模型.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("模型.safetensors: weight '"), HasSubstr("; copy"),
                                    ::testing::Not(HasSubstr("\n"))));
    return error.what();
  }
  return "no error";
}

TEST(CheckWeights, takes_int8_rows_with_their_scales) {
  EXPECT_EQ(refusal([](Weights&) {}), "no error");
}

TEST(CheckWeights, takes_int8_of_some_weights_alone) {
  const ModelContents plain = test::tiny_contents(test::tiny_translator());
  EXPECT_EQ(refusal([&](Weights& weights) {
              for (const Tensor& tensor : plain.weights) {
                if (tensor.name == kMatrix) weights[kMatrix] = tensor;
              }
              weights.erase(scale_name(kMatrix));
            }),
            "no error");
}

TEST(CheckWeights, refuses_int8_without_its_scales) {
  EXPECT_THAT(refusal([](Weights& weights) { weights.erase(scale_name(kMatrix)); }),
              AllOf(HasSubstr("'" + kMatrix + ".scale'"),
                    HasSubstr("expected the scales of an I8 weight, F32 [24], found none")));
}

TEST(CheckWeights, refuses_scales_without_int8) {
  const auto as_floats = [](Weights& weights, const std::string& name) {
    weights[name].type = DataType::f32;
    weights[name].bytes.resize(4 * weights[name].bytes.size());
  };
  EXPECT_THAT(refusal([&](Weights& weights) { as_floats(weights, kMatrix); }),
              AllOf(HasSubstr("'" + kMatrix + ".scale'"),
                    HasSubstr("expected scales beside an I8 weight alone, found one of F32")));
  EXPECT_THAT(refusal([](Weights& weights) {
                weights["encoder.norm.weight.scale"] =
                    test::tensor_of("encoder.norm.weight.scale", std::vector<float>(16, 1.0F));
              }),
              HasSubstr("'encoder.norm.weight.scale': expected scales beside an I8 weight alone"));
  EXPECT_THAT(refusal([](Weights& weights) { weights[".scale"] = test::tensor_of(".scale", {1}); }),
              HasSubstr("'.scale': expected only the weights of config.json"));
  EXPECT_THAT(refusal([](Weights& weights) { weights["scale"] = test::tensor_of("scale", {1}); }),
              HasSubstr("'scale': expected only the weights of config.json"));
}

TEST(CheckWeights, refuses_int8_of_what_is_no_matrix_of_rows) {
  for (const std::string name : {"encoder.norm.weight", "encoder.layers.0.feed_forward.up.bias"}) {
    EXPECT_THAT(refusal([&](Weights& weights) {
                  weights[name].type = DataType::i8;
                  weights[name].bytes.resize(weights[name].bytes.size() / 4);
                  weights[scale_name(name)] = test::tensor_of(scale_name(name), {1.0F});
                }),
                AllOf(HasSubstr("'" + name + "'"), HasSubstr("expected F32 or BF16, found I8")));
  }
}

TEST(CheckWeights, refuses_scales_of_another_shape_or_type) {
  const std::string scale = scale_name(kMatrix);
  EXPECT_THAT(refusal([&](Weights& weights) { weights[scale].shape = {16}; }),
              AllOf(HasSubstr("'" + scale + "'"), HasSubstr("expected shape [24]"), HasSubstr("found [16]")));
  EXPECT_THAT(refusal([&](Weights& weights) { weights[scale].shape = {24, 1}; }), HasSubstr("found [24, 1]"));
  EXPECT_THAT(refusal([&](Weights& weights) {
                weights[scale].type = DataType::bf16;
                weights[scale].bytes.resize(48);
              }),
              HasSubstr("expected scales in F32, found BF16"));
}

TEST(CheckWeights, refuses_scales_that_are_no_positive_numbers) {
  const std::string scale = scale_name("embedding.weight");
  for (const auto& [bad, text] :
       std::vector<std::pair<float, std::string>>{{std::numeric_limits<float>::quiet_NaN(), "nan"},
                                                  {std::numeric_limits<float>::infinity(), "inf"},
                                                  {0.0F, "0.000000"},
                                                  {-0.5F, "-0.500000"}}) {
    EXPECT_THAT(
        refusal([&, bad = bad](Weights& weights) {
          std::memcpy(weights[scale].bytes.data() + 3 * sizeof bad, &bad, sizeof bad);
        }),
        HasSubstr("'" + scale + "': expected finite numbers above 0, found " + text + " at element 3"));
  }
}

TEST(CheckWeights, refuses_minus_128) {
  EXPECT_THAT(refusal([](Weights& weights) { weights[kMatrix].bytes[37] = '\x80'; }),
              HasSubstr("'" + kMatrix + "': expected numbers from -127 to 127, found -128 at element 37"));
}

TEST(CheckWeights, refuses_int8_of_another_shape) {
  EXPECT_THAT(refusal([](Weights& weights) {
                weights[kMatrix].shape = {16, 24};
              }),
              AllOf(HasSubstr("expected shape [24, 16]"), HasSubstr("found [16, 24]")));
}

}  // namespace
}  // namespace heed
