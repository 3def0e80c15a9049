#include "infer/live_model.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "infer/tiny_model.h"

namespace heed::infer {
namespace {

const std::vector<std::string> kTexts = {"my card was stolen", "如何转账？", "", "a red fox runs"};

class TinyLiveModel : public ::testing::Test {
 protected:
  LiveModel load(ModelConfig config, const std::string& name = "m") {
    return LiveModel(open_model(write_model(folder_ / name, test::tiny_contents(std::move(config), 5))));
  }
  std::vector<TextVector> embed(const LiveModel& model, std::span<const std::string> texts,
                                bool attention = false) {
    std::vector<TextVector> vectors;
    for (Answer& answer : model.answer(texts, EmbedOptions{.attention = attention}))
      vectors.push_back(std::get<TextVector>(std::move(answer)));
    return vectors;
  }

  test::ScratchFolder folder_;
};

TEST_F(TinyLiveModel, says_what_it_is) {
  const LiveModel classifier = load(test::tiny_classifier(), "bank"),
                  translator = load(test::tiny_translator(), "en-zh");
  EXPECT_EQ(classifier.name(), "bank");
  EXPECT_EQ(classifier.version(), 1);
  EXPECT_EQ(classifier.task(), "classify");
  EXPECT_EQ(classifier.weights(), "fp32");
  EXPECT_GT(classifier.parameters(), 1000);
  EXPECT_EQ(translator.task(), "translate");
  classifier.check();
  translator.check();
}

TEST_F(TinyLiveModel, refuses_what_it_cannot_do) {
  const LiveModel classifier = load(test::tiny_classifier(), "bank"),
                  translator = load(test::tiny_translator(), "en-zh");
  expect_error(ErrorCode::invalid_argument, {"'bank'", "translate"},
               [&] { classifier.answer(kTexts, TranslateOptions{}); });
  expect_error(ErrorCode::invalid_argument, {"'en-zh'", "classify"},
               [&] { translator.answer(kTexts, ClassifyOptions{}); });
}

TEST_F(TinyLiveModel, a_vector_has_length_one_and_does_not_depend_on_other_texts) {
  for (const ModelConfig& config : {test::tiny_classifier(), test::tiny_translator()}) {
    const LiveModel model = load(config);
    const auto together = embed(model, kTexts);
    for (size_t i = 0; i < kTexts.size(); ++i) {
      const std::vector<float>& values = together[i].values;
      EXPECT_EQ(values.size(), 16U);
      EXPECT_NEAR(std::inner_product(values.begin(), values.end(), values.begin(), 0.0), 1.0, 1e-5);
      EXPECT_EQ(embed(model, {&kTexts[i], 1})[0].values, values) << kTexts[i];
      EXPECT_EQ(together[i].pieces.back(), "</s>");
    }
  }
}

TEST_F(TinyLiveModel, attention_received_sums_to_one_and_leaves_the_vector_as_it_is) {
  const LiveModel model = load(test::tiny_classifier());
  const auto plain = embed(model, kTexts), explained = embed(model, kTexts, true);
  for (size_t i = 0; i < kTexts.size(); ++i) {
    const std::vector<float>& shares = explained[i].attention;
    EXPECT_EQ(shares.size(), explained[i].pieces.size());
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1.0, 1e-5);
    EXPECT_EQ(explained[i].values, plain[i].values);
    EXPECT_TRUE(plain[i].attention.empty());
  }
}

TEST_F(TinyLiveModel, a_recurrent_encoder_gives_vectors_without_attention) {
  ModelConfig config = test::tiny_translator();
  config.architecture = Architecture::recurrent_seq2seq;
  const auto vectors = embed(load(config), kTexts, true);
  EXPECT_EQ(vectors[0].values.size(), 16U);
  EXPECT_TRUE(vectors[0].attention.empty());
}

TEST_F(TinyLiveModel, its_check_finds_weights_that_are_not_numbers) {
  ModelContents contents = test::tiny_contents(test::tiny_classifier(), 5);
  for (Tensor& tensor : contents.weights) {
    if (tensor.name != "encoder.layers.1.feed_forward.up.bias") continue;
    const float nan = NAN;
    std::memcpy(tensor.bytes.data(), &nan, sizeof nan);
  }
  const LiveModel model(open_model(write_model(folder_ / "broken", contents)));
  expect_error(ErrorCode::corrupt_data, {"expected finite", "heed model verify"}, [&] { model.check(); });
}

}  // namespace
}  // namespace heed::infer
