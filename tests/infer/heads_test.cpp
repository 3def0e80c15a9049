#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/classifier.h"
#include "infer/live_model.h"
#include "infer/tiny_model.h"
#include "text/normalise.h"

// Matching and tagging heads beside classification, on one encoder.
namespace heed::infer {
namespace {

const std::vector<std::string> kTexts = {"where is my card", "我的银行卡在哪里", "",
                                         "ＭＹ  card was\tstolen!", "close all windows 关闭所有窗口"};

class AllHeads : public ::testing::Test {
 protected:
  AllHeads()
      : model_(open_model(write_model(folder_ / "m", test::tiny_contents(test::tiny_heads(), 21)))),
        classifier_(model_) {}

  test::ScratchFolder folder_;
  ModelDirectory model_;
  Classifier classifier_;
};

double length_of(const std::vector<float>& vector) {
  double square = 0.0;
  for (const float value : vector) square += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(square);
}

TEST_F(AllHeads, answer_in_one_pass) {
  for (const ClassificationResult& result : classifier_.classify(kTexts)) {
    EXPECT_EQ(result.heads.size(), 2U);
    EXPECT_EQ(result.vector.size(), 6U);
    EXPECT_NEAR(length_of(result.vector), 1.0, 1e-5);
  }
}

TEST_F(AllHeads, answers_do_not_depend_on_the_batch) {
  const auto together = classifier_.classify(kTexts);
  for (size_t i = 0; i < kTexts.size(); ++i) {
    const auto alone = classifier_.classify({&kTexts[i], 1})[0];
    EXPECT_EQ(alone.vector, together[i].vector);
    ASSERT_EQ(alone.entities.size(), together[i].entities.size());
    for (size_t e = 0; e < alone.entities.size(); ++e) {
      EXPECT_EQ(alone.entities[e].start, together[i].entities[e].start);
      EXPECT_EQ(alone.entities[e].confidence, together[i].entities[e].confidence);
    }
  }
}

TEST_F(AllHeads, entities_are_parts_of_the_text_as_it_was_given) {
  size_t found = 0;
  const auto results = classifier_.classify(kTexts);
  for (size_t i = 0; i < kTexts.size(); ++i) {
    int64_t before = 0;
    for (const EntitySpan& entity : results[i].entities) {
      ++found;
      EXPECT_NE(kTexts[i].find(entity.value), std::string::npos) << entity.value;
      EXPECT_EQ(count_characters(entity.value), entity.end - entity.start);
      EXPECT_LE(before, entity.start);
      EXPECT_LE(entity.end, count_characters(kTexts[i]));
      EXPECT_NE(entity.value, " ");
      EXPECT_GT(entity.confidence, 0.0);
      EXPECT_LE(entity.confidence, 1.0);
      EXPECT_TRUE(entity.entity == "account" || entity.entity == "金额");
      before = entity.end;
    }
  }
  EXPECT_GT(found, 0U);
}

TEST_F(AllHeads, a_pair_means_the_same_whichever_text_comes_first) {
  std::vector<TextPair> pairs, turned;
  for (const std::string& a : kTexts) {
    for (const std::string& b : kTexts) {
      pairs.push_back({a, b});
      turned.push_back({b, a});
    }
  }
  const auto one = classifier_.match(pairs), other = classifier_.match(turned);
  ASSERT_EQ(one.size(), pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_NEAR(one[i].probability, other[i].probability, 1e-5);
    EXPECT_NEAR(one[i].cosine, other[i].cosine, 1e-6);
    EXPECT_GT(one[i].probability, 0.0);
    EXPECT_LT(one[i].probability, 1.0);
    const auto alone = classifier_.match({&pairs[i], 1})[0];
    EXPECT_EQ(alone.probability, one[i].probability);
  }
}

TEST_F(AllHeads, a_cosine_is_that_of_the_vectors) {
  const auto results = classifier_.classify(kTexts);
  const TextPair pair{kTexts[0], kTexts[3]};
  double cosine = 0.0;
  for (size_t e = 0; e < 6; ++e)
    cosine += static_cast<double>(results[0].vector[e]) * static_cast<double>(results[3].vector[e]);
  EXPECT_NEAR(classifier_.match({&pair, 1})[0].cosine, cosine, 1e-6);
  const TextPair same{kTexts[1], kTexts[1]};
  EXPECT_NEAR(classifier_.match({&same, 1})[0].cosine, 1.0, 1e-5);
}

TEST_F(AllHeads, are_what_a_live_model_answers_with) {
  const LiveModel live(model_);
  live.check();
  const auto answers = live.answer(kTexts, ClassifyOptions{});
  EXPECT_EQ(std::get<ClassificationResult>(answers[0]).vector, classifier_.classify(kTexts)[0].vector);
  const TextPair pair{kTexts[0], kTexts[1]};
  EXPECT_EQ(live.match({&pair, 1})[0].probability, classifier_.match({&pair, 1})[0].probability);
}

TEST(Heads, of_a_model_that_has_none_of_a_kind_say_so) {
  const test::ScratchFolder folder;
  const Classifier classifier(
      open_model(write_model(folder / "m", test::tiny_contents(test::tiny_classifier()))));
  const TextPair pair{"a", "b"};
  EXPECT_THROW(classifier.match({&pair, 1}), Error);
  EXPECT_THROW(classifier.tag_scores(std::vector<int32_t>{5}), Error);
  const auto result = classifier.classify({&kTexts[0], 1})[0];
  EXPECT_TRUE(result.vector.empty());
  EXPECT_TRUE(result.entities.empty());
}

TEST(Heads, a_model_may_have_one_that_is_no_classification) {
  ModelConfig config = test::tiny_heads();
  config.classification_heads.clear();
  config.tagging.reset();
  const test::ScratchFolder folder;
  const Classifier classifier(open_model(write_model(folder / "m", test::tiny_contents(config))));
  const auto result = classifier.classify({&kTexts[0], 1})[0];
  EXPECT_TRUE(result.heads.empty());
  EXPECT_EQ(result.vector.size(), 6U);
}

}  // namespace
}  // namespace heed::infer
