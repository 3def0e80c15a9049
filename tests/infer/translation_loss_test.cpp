#include "infer/translation_loss.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infer/double_model.h"
#include "infer/tiny_model.h"

namespace heed::infer {
namespace {

const std::vector<std::string> kSources = {"open the file", "我的银行卡在哪里", "where is my card", ""};
const std::vector<std::string> kTargets = {"打开文件", "where is my card", "", "print"};

class TranslationLoss : public ::testing::Test {
 protected:
  TranslationLoss() { write_model(folder_ / "m", test::tiny_contents(test::tiny_translator())); }

  test::ScratchFolder folder_;
};

TEST_F(TranslationLoss, is_the_mean_over_tokens_that_the_formula_gives) {
  const ModelDirectory model = open_model(folder_ / "m");
  const Tokenizer tokenizer = Tokenizer::from_bytes(model.tokenizer("joint.model"), "tokenizer");
  const test::DoubleModel plain(model);
  double sum = 0;
  size_t tokens = 0;
  for (size_t i = 0; i < kSources.size(); ++i) {
    std::vector<int32_t> target = tokenizer.encode(kTargets[i]);
    const test::Rows logits = plain.translation_logits(tokenizer.encode(kSources[i]), target);
    target.push_back(Tokenizer::kEnd);
    for (size_t t = 0; t < target.size(); ++t) {
      double total = 0;
      for (const double logit : logits[t]) total += std::exp(logit);
      sum += std::log(total) - logits[t][static_cast<size_t>(target[t])];
    }
    tokens += target.size();
  }
  EXPECT_NEAR(translation_loss(model, Translator(model), kSources, kTargets),
              sum / static_cast<double>(tokens), 1e-4);
}

TEST_F(TranslationLoss, normalises_and_cuts_the_target_as_training_does) {
  const ModelDirectory model = open_model(folder_ / "m");
  const Translator translator(model);
  const std::vector<std::string> source = {"open the file"};
  const std::vector<std::string> spaced = {"  ＰＲＩＮＴ   this "}, plain = {"PRINT this"};
  EXPECT_EQ(translation_loss(model, translator, source, spaced),
            translation_loss(model, translator, source, plain));
  std::string endless;
  for (int i = 0; i < 300; ++i) endless += "文件 ";
  const std::vector<std::string> longest = {endless};
  EXPECT_GT(translation_loss(model, translator, source, longest), 0.0);
  EXPECT_EQ(translation_loss(model, translator, {}, {}), 0.0);
}

}  // namespace
}  // namespace heed::infer
