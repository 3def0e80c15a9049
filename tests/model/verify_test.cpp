#include "model/verify.h"

#include <cstring>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/tiny_model.h"
#include "model/int8_contents.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const ModelContents& contents) {
  const test::ScratchFolder folder;
  write_model(folder / "m", contents);
  try {
    verify_model(open_model(folder / "m"));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    return error.what();
  }
  return "no error";
}

TEST(VerifyModel, counts_weights_and_parameters) {
  const test::ScratchFolder folder;
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  write_model(folder / "m", contents);
  const VerifiedModel verified = verify_model(open_model(folder / "m"));
  int64_t parameters = 0;
  for (const Tensor& tensor : contents.weights) parameters += static_cast<int64_t>(tensor.bytes.size() / 4);
  EXPECT_EQ(verified.weights, static_cast<int64_t>(contents.weights.size()));
  EXPECT_EQ(verified.parameters, parameters);
  EXPECT_GT(verified.bytes, static_cast<uint64_t>(4 * parameters));
}

TEST(VerifyModel, finds_the_one_number_that_is_not_finite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    ModelContents contents = test::tiny_contents(test::tiny_translator());
    std::memcpy(contents.weights[3].bytes.data() + 5 * sizeof bad, &bad, sizeof bad);
    EXPECT_THAT(refusal(contents),
                AllOf(HasSubstr("'" + contents.weights[3].name + "'"), HasSubstr("element 5")));
  }
}

TEST(VerifyModel, counts_int8_weights_as_the_numbers_that_they_mean) {
  const test::ScratchFolder folder;
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  write_model(folder / "m", contents);
  write_model(folder / "m-int8", test::int8_contents(contents));
  const VerifiedModel whole = verify_model(open_model(folder / "m"));
  const VerifiedModel small = verify_model(open_model(folder / "m-int8"));
  EXPECT_EQ(small.weights, whole.weights);
  EXPECT_EQ(small.parameters, whole.parameters);
  EXPECT_LT(small.bytes, whole.bytes);
}

TEST(VerifyModel, finds_an_int8_row_that_overflows) {
  ModelContents contents = test::int8_contents(test::tiny_contents(test::tiny_translator()));
  const float huge = 3e38F;
  for (Tensor& tensor : contents.weights) {
    if (tensor.name == "embedding.weight.scale") std::memcpy(tensor.bytes.data(), &huge, sizeof huge);
  }
  EXPECT_THAT(refusal(contents),
              AllOf(HasSubstr("'embedding.weight'"), HasSubstr("expected finite numbers, found")));
}

TEST(VerifyModel, refuses_a_tokenizer_of_another_size_or_that_is_none) {
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  contents.tokenizers["joint.model"] = "not a tokenizer";
  EXPECT_THAT(refusal(contents), HasSubstr("joint.model"));
  contents.tokenizers["joint.model"] =
      Tokenizer::train(test::tiny_corpus(), {.vocabulary = 150, .algorithm = "bpe"}).bytes();
  EXPECT_THAT(refusal(contents), AllOf(HasSubstr("joint.model"), HasSubstr("150")));
}

}  // namespace
}  // namespace heed
