#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/classifier.h"
#include "infer/double_model.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"
#include "infer/variants.h"
#include "model/int8_contents.h"

namespace heed::infer {
namespace {

constexpr double kTolerance = 1e-4;  // the project's promise between training, serving and the formula

std::vector<int32_t> ids(size_t count, uint64_t seed, int64_t vocabulary) {
  Random random(seed);
  std::vector<int32_t> numbers(count);
  for (int32_t& id : numbers)
    id = static_cast<int32_t>(3 + random.below(static_cast<uint64_t>(vocabulary - 3)));
  return numbers;
}

class EveryVariant : public ::testing::TestWithParam<test::NamedVariant> {
 protected:
  ModelDirectory make(ModelConfig config) {
    GetParam().apply(config);
    write_model(folder_ / "m", test::tiny_contents(config, 7));
    return open_model(folder_ / "m");
  }

  test::ScratchFolder folder_;
};

class EveryTranslator : public EveryVariant {};

TEST_P(EveryTranslator, gives_the_translation_logits_of_the_formula) {
  const ModelDirectory model = make(test::tiny_translator());
  const Translator translator(model);
  const test::DoubleModel plain(model);
  const int64_t vocabulary = model.config.target_vocabulary;
  for (const auto& [source_length, target_length] :
       std::vector<std::pair<size_t, size_t>>{{1, 0}, {9, 6}, {4, 20}}) {
    const auto source = ids(source_length, 11, vocabulary), target = ids(target_length, 12, vocabulary);
    const std::vector<float> found = translator.logits(source, target);
    const test::Rows expected = plain.translation_logits(source, target);
    ASSERT_EQ(found.size(), expected.size() * static_cast<size_t>(vocabulary));
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i / vocabulary][i % vocabulary], kTolerance)
          << source_length << " at " << i;
    }
  }
}

TEST_P(EveryVariant, gives_the_head_logits_of_the_formula) {
  const ModelDirectory model = make(test::tiny_classifier());
  const Classifier classifier(model);
  const test::DoubleModel plain(model);
  for (const size_t length : {size_t{0}, size_t{1}, size_t{13}}) {
    const auto text = ids(length, 13, model.config.source_vocabulary);
    const auto found = classifier.logits(text);
    const test::Rows expected = plain.head_logits(text);
    ASSERT_EQ(found.size(), 2U);
    for (size_t h = 0; h < found.size(); ++h) {
      ASSERT_EQ(found[h].size(), expected[h].size());
      for (size_t i = 0; i < found[h].size(); ++i) ASSERT_NEAR(found[h][i], expected[h][i], kTolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EveryVariant, ::testing::ValuesIn(test::model_variants()),
                         [](const auto& info) { return info.param.name; });
INSTANTIATE_TEST_SUITE_P(Models, EveryTranslator, ::testing::ValuesIn(test::translator_variants()),
                         [](const auto& info) { return info.param.name; });

TEST(Logits, of_a_prefix_do_not_change_when_the_target_goes_on) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  const Translator translator(open_model(folder / "m"));
  const std::vector<int32_t> source = {5, 6, 7}, whole = {8, 9, 10, 11}, other = {8, 9, 12, 13};
  const auto a = translator.logits(source, whole), b = translator.logits(source, other);
  const size_t shared = a.size() / 5 * 3;  // <s> 8 9
  EXPECT_TRUE(std::equal(a.begin(), a.begin() + static_cast<int64_t>(shared), b.begin()));
  EXPECT_FALSE(std::equal(a.begin() + static_cast<int64_t>(shared), a.end(),
                          b.begin() + static_cast<int64_t>(shared)));
}

TEST(Logits, cut_a_source_that_is_too_long_and_keep_its_end) {
  for (const std::string positions : {"sinusoidal", "learned", "rotary"}) {
    const test::ScratchFolder folder;
    ModelConfig config = test::tiny_translator();
    config.positions = positions;
    write_model(folder / "m", test::tiny_contents(config));
    const ModelDirectory model = open_model(folder / "m");
    const Translator translator(model);
    auto source = ids(200, 3, model.config.source_vocabulary);
    const auto target = ids(200, 4, model.config.target_vocabulary);
    const auto whole = translator.logits(source, target);
    const size_t rows = whole.size() / static_cast<size_t>(model.config.target_vocabulary);
    EXPECT_EQ(rows, static_cast<size_t>(model.config.max_length)) << positions;
    source.resize(rows - 1);
    EXPECT_EQ(whole, translator.logits(source, target)) << positions;
  }
}

TEST(Logits, refuse_ids_outside_the_vocabulary) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  const Translator translator(open_model(folder / "m"));
  const std::vector<int32_t> good = {5}, high = {1 << 20}, negative = {-1};
  EXPECT_THROW(translator.logits(high, good), Error);
  EXPECT_THROW(translator.logits(good, negative), Error);
}

TEST(Logits, of_bf16_weights_are_those_of_the_rounded_numbers) {
  const test::ScratchFolder folder;
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  for (Tensor& tensor : contents.weights) {
    std::string high;
    for (size_t at = 0; at < tensor.bytes.size(); at += 4) high += tensor.bytes.substr(at + 2, 2);
    tensor.bytes = high;
    tensor.type = DataType::bf16;
  }
  write_model(folder / "m", contents);
  const ModelDirectory model = open_model(folder / "m");
  const auto found = Translator(model).logits(std::vector<int32_t>{5, 6}, std::vector<int32_t>{7});
  const test::Rows expected = test::DoubleModel(model).translation_logits({5, 6}, {7});
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i / expected[0].size()][i % expected[0].size()], kTolerance);
  }
}

// Holds also where products round their other operand, so that it is looser than kTolerance.
TEST(Logits, of_int8_weights_are_near_those_of_the_numbers_that_they_mean) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::int8_contents(test::tiny_contents(test::tiny_translator())));
  const ModelDirectory model = open_model(folder / "m");
  const auto found = Translator(model).logits(std::vector<int32_t>{5, 6}, std::vector<int32_t>{7});
  const test::Rows expected = test::DoubleModel(model).translation_logits({5, 6}, {7});
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i / expected[0].size()][i % expected[0].size()], 0.1);
  }
}

}  // namespace
}  // namespace heed::infer
