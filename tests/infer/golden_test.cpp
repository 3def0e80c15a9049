#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infer/classifier.h"
#include "infer/translator.h"
#include "model/verify.h"

// Two small models of format 1, committed as files, one in fp32 and one in bf16: whatever the engine becomes,
// they load and answer as on the day that they were written.
namespace heed::infer {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(HEED_SOURCE_DIR) / "tests" / "infer" / "golden";
constexpr double kTolerance = 1e-4;  // instruction sets add in different orders

struct GoldenTranslation {
  std::string line;
  std::vector<std::string> pieces;
  double score;
};

TEST(GoldenTranslator, answers_as_it_always_did) {
  const std::vector<GoldenTranslation> golden = {
      {"Save the file as 新文件", {"▁", "的银", "的银", "的银", "的银", "re", "re", "re"}, -9.509965},
      {"Save the file as 新文件", {"▁", "▁", "的银", "的银", "的银", "的银", "re", "re"}, -9.604511},
      {"where is my dog?", {"</s>"}, -3.425301},
      {"where is my dog?", {"▁", "的银", "的银", "re", "re", "re", "re", "re"}, -9.194336},
      {"狗在奔跑", {"his", "his", "his", "his", "his", "his", "his", "his"}, -7.216090},
      {"狗在奔跑", {"his", "his", "his", "his", "his", "his", "his", "红"}, -7.976829}};
  const Translator translator(open_model(kGolden / "translator"));
  for (size_t i = 0; i < golden.size(); i += 2) {
    const auto result =
        translator.translate({&golden[i].line, 1}, {.beam = 3, .nbest = 2, .max_length = 8})[0];
    for (size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(result.best.at(k).pieces, golden[i + k].pieces) << golden[i].line;
      EXPECT_NEAR(result.best.at(k).score, golden[i + k].score, kTolerance) << golden[i].line;
    }
  }
}

TEST(GoldenClassifier, answers_as_it_always_did) {
  const std::vector<std::string> texts = {"MY CARD was stolen", "你们收取什么费用？"};
  const std::vector<std::vector<LabelScore>> intents = {
      {{"transfer", 0.423876}, {"fee", 0.295095}, {"card_lost", 0.281028}},
      {{"transfer", 0.501502}, {"fee", 0.317606}, {"card_lost", 0.180892}}};
  const std::vector<std::vector<LabelScore>> topics = {{{"cards", 0.361172}, {"money", 0.192505}},
                                                       {{"cards", 0.505190}, {"money", 0.224470}}};
  const auto results = Classifier(open_model(kGolden / "classifier")).classify(texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const auto& [head, expected] :
         {std::pair(results[i].heads[0], intents[i]), std::pair(results[i].heads[1], topics[i])}) {
      for (size_t k = 0; k < expected.size(); ++k) {
        EXPECT_EQ(head.labels[k].label, expected[k].label) << texts[i];
        EXPECT_NEAR(head.labels[k].probability, expected[k].probability, kTolerance) << texts[i];
      }
    }
  }
}

TEST(GoldenModels, pass_verification) {
  EXPECT_EQ(verify_model(open_model(kGolden / "translator")).weights, 99);
  EXPECT_EQ(verify_model(open_model(kGolden / "classifier")).weights, 41);
}

}  // namespace
}  // namespace heed::infer
