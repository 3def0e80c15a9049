#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infer/classifier.h"
#include "infer/translator.h"
#include "model/verify.h"

// Small models of format 1, committed as files: a translator in fp32, a classifier in bf16, what `heed
// quantize
// --to int8` made of both, and an encoder with a head of every kind in fp32. Whatever the engine becomes,
// they load and answer as on the day that they were written.
namespace heed::infer {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(HEED_SOURCE_DIR) / "tests" / "infer" / "golden";
constexpr double kTolerance = 1e-4;  // instruction sets add in different orders

// Products of int8 may round their other operand too. The lines of int8 models are those whose answers hold
// under a change of that size: fp32, bf16 and int8 weights give the same pieces.
constexpr double kInt8ScoreTolerance = 0.08;
constexpr double kInt8ProbabilityTolerance = 0.01;

struct GoldenTranslation {
  std::string line;
  std::vector<std::string> pieces;
  double score;
};

// `golden` holds the best two translations of a line one after the other.
void expect_translations(const std::string& name, const std::vector<GoldenTranslation>& golden,
                         const TranslateOptions& options, double tolerance) {
  const Translator translator(open_model(kGolden / name));
  for (size_t i = 0; i < golden.size(); i += 2) {
    const auto result = translator.translate({&golden[i].line, 1}, options)[0];
    for (size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(result.best.at(k).pieces, golden[i + k].pieces) << golden[i].line;
      EXPECT_NEAR(result.best.at(k).score, golden[i + k].score, tolerance) << golden[i].line;
    }
  }
}

using GoldenLabels = std::vector<std::vector<LabelScore>>;  // of each text

const std::vector<std::string> kTexts = {"MY CARD was stolen", "你们收取什么费用？"};

void expect_labels(const std::string& name, const GoldenLabels& intents, const GoldenLabels& topics,
                   double tolerance) {
  const auto results = Classifier(open_model(kGolden / name)).classify(kTexts);
  for (size_t i = 0; i < kTexts.size(); ++i) {
    for (const auto& [head, expected] :
         {std::pair(results[i].heads[0], intents[i]), std::pair(results[i].heads[1], topics[i])}) {
      for (size_t k = 0; k < expected.size(); ++k) {
        EXPECT_EQ(head.labels[k].label, expected[k].label) << kTexts[i];
        EXPECT_NEAR(head.labels[k].probability, expected[k].probability, tolerance) << kTexts[i];
      }
    }
  }
}

TEST(GoldenTranslator, answers_as_it_always_did) {
  const std::vector<GoldenTranslation> golden = {
      {"Save the file as 新文件", {"▁", "的银", "的银", "的银", "的银", "re", "re", "re"}, -9.509965},
      {"Save the file as 新文件", {"▁", "▁", "的银", "的银", "的银", "的银", "re", "re"}, -9.604511},
      {"where is my dog?", {"</s>"}, -3.425301},
      {"where is my dog?", {"▁", "的银", "的银", "re", "re", "re", "re", "re"}, -9.194336},
      {"狗在奔跑", {"his", "his", "his", "his", "his", "his", "his", "his"}, -7.216090},
      {"狗在奔跑", {"his", "his", "his", "his", "his", "his", "his", "红"}, -7.976829}};
  expect_translations("translator", golden, {.beam = 3, .nbest = 2, .max_length = 8}, kTolerance);
}

TEST(GoldenTranslator, of_int8_answers_as_it_always_did) {
  const std::vector<GoldenTranslation> golden = {
      {"close all windows", {"</s>"}, -3.0302},
      {"close all windows", {"u", "u", "u", "u", "u", "u", "u", "u"}, -9.0334},
      {"打开文件", {"</s>"}, -2.8239},
      {"打开文件", {"偷", "</s>"}, -4.9891},
      {"另存为新文件", {"</s>"}, -3.5000},
      {"另存为新文件", {"his", "his", "his", "his", "his", "his", "his", "his"}, -6.6740}};
  expect_translations("translator-int8", golden, {.beam = 4, .nbest = 2, .max_length = 8},
                      kInt8ScoreTolerance);
}

TEST(GoldenClassifier, answers_as_it_always_did) {
  expect_labels("classifier",
                {{{"transfer", 0.423876}, {"fee", 0.295095}, {"card_lost", 0.281028}},
                 {{"transfer", 0.501502}, {"fee", 0.317606}, {"card_lost", 0.180892}}},
                {{{"cards", 0.361172}, {"money", 0.192505}}, {{"cards", 0.505190}, {"money", 0.224470}}},
                kTolerance);
}

TEST(GoldenClassifier, of_int8_answers_as_it_always_did) {
  expect_labels("classifier-int8",
                {{{"transfer", 0.4231}, {"fee", 0.2946}, {"card_lost", 0.2822}},
                 {{"transfer", 0.5010}, {"fee", 0.3175}, {"card_lost", 0.1815}}},
                {{{"cards", 0.3577}, {"money", 0.1915}}, {{"cards", 0.5015}, {"money", 0.2226}}},
                kInt8ProbabilityTolerance);
}

TEST(GoldenHeads, answer_as_they_always_did) {
  const Classifier classifier(open_model(kGolden / "heads"));
  const auto results = classifier.classify(kTexts);
  const std::vector<std::vector<float>> vectors = {
      {0.228221F, -0.710726F, -0.247418F, 0.217967F, 0.554851F, 0.161859F},
      {0.487723F, -0.339405F, -0.465329F, 0.558034F, 0.255625F, 0.231632F}};
  for (size_t i = 0; i < vectors.size(); ++i) {
    ASSERT_EQ(results[i].vector.size(), vectors[i].size());
    for (size_t e = 0; e < vectors[i].size(); ++e)
      EXPECT_NEAR(results[i].vector[e], vectors[i][e], kTolerance) << kTexts[i];
  }
  const std::vector<EntitySpan> entities = {{"account", "你", 0, 1, 0.594038},
                                            {"account", "取什", 3, 5, 0.683874},
                                            {"account", "用", 7, 8, 0.596623}};
  ASSERT_EQ(results[1].entities.size(), entities.size());
  for (size_t e = 0; e < entities.size(); ++e) {
    const EntitySpan& found = results[1].entities[e];
    EXPECT_EQ(found.entity, entities[e].entity);
    EXPECT_EQ(found.value, entities[e].value);
    EXPECT_EQ(found.start, entities[e].start);
    EXPECT_EQ(found.end, entities[e].end);
    EXPECT_NEAR(found.confidence, entities[e].confidence, kTolerance);
  }
  const TextPair pair{kTexts[0], kTexts[1]};
  EXPECT_NEAR(classifier.match({&pair, 1})[0].probability, 0.735541, kTolerance);
}

TEST(GoldenModels, pass_verification) {
  EXPECT_EQ(verify_model(open_model(kGolden / "heads")).weights, 78);
  for (const std::string suffix : {"", "-int8"}) {
    EXPECT_EQ(verify_model(open_model(kGolden / ("translator" + suffix))).weights, 99);
    EXPECT_EQ(verify_model(open_model(kGolden / ("classifier" + suffix))).weights, 41);
  }
}

}  // namespace
}  // namespace heed::infer
