#include "infer/classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/tiny_model.h"
#include "infer/variants.h"

namespace heed::infer {
namespace {

const std::vector<std::string> kTexts = {"my card was stolen", "如何转账？", "",
                                         "which fee do you take? 你们收取什么费用？", "a red fox runs"};

class TinyClassifier : public ::testing::Test {
 protected:
  TinyClassifier()
      : version_(write_model(folder_ / "m", test::tiny_contents(test::tiny_classifier(), 8))),
        model_(open_model(version_)),
        classifier_(model_),
        tokenizer_(Tokenizer::from_bytes(model_.tokenizer("joint.model"), "t")) {}

  test::ScratchFolder folder_;
  std::filesystem::path version_;
  ModelDirectory model_;
  Classifier classifier_;
  Tokenizer tokenizer_;
};

double probability_of(const HeadResult& head, const std::string& label) {
  for (const LabelScore& score : head.labels) {
    if (score.label == label) return score.probability;
  }
  return -1.0;
}

TEST_F(TinyClassifier, a_single_label_head_gives_the_softmax_of_its_logits_over_the_temperature) {
  const auto logits = classifier_.logits(tokenizer_.encode(kTexts[0]))[0];
  const HeadResult head = classifier_.classify({&kTexts[0], 1})[0].heads[0];
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(logit / 1.5);
  const std::vector<std::string> labels = {"transfer", "card_lost", "fee"};
  for (size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(probability_of(head, labels[i]), std::exp(logits[i] / 1.5) / sum, 1e-6);
}

TEST_F(TinyClassifier, a_multi_label_head_gives_a_sigmoid_a_label) {
  const auto logits = classifier_.logits(tokenizer_.encode(kTexts[0]))[1];
  const HeadResult head = classifier_.classify({&kTexts[0], 1})[0].heads[1];
  EXPECT_EQ(head.head, "topics");
  EXPECT_NEAR(probability_of(head, "cards"), 1.0 / (1.0 + std::exp(-logits[0])), 1e-6);
  EXPECT_NEAR(probability_of(head, "money"), 1.0 / (1.0 + std::exp(-logits[1])), 1e-6);
}

TEST_F(TinyClassifier, labels_come_most_likely_first_and_attention_covers_the_pieces) {
  for (const ClassificationResult& result : classifier_.classify(kTexts)) {
    EXPECT_EQ(result.pieces.back(), "</s>");
    ASSERT_EQ(result.heads.size(), 2U);
    for (const HeadResult& head : result.heads) {
      for (size_t i = 1; i < head.labels.size(); ++i) {
        EXPECT_GE(head.labels[i - 1].probability, head.labels[i].probability);
      }
      ASSERT_EQ(head.attention.size(), result.pieces.size());
      double sum = 0.0;
      for (const float share : head.attention) sum += share;
      EXPECT_NEAR(sum, 1.0, 1e-5);
    }
  }
}

TEST_F(TinyClassifier, a_large_batch_gives_the_bits_of_its_singles) {
  std::vector<std::string> many;
  for (int i = 0; i < 400; ++i)
    many.push_back(kTexts[static_cast<size_t>(i) % kTexts.size()] + " page " + std::to_string(i));
  const auto together = classifier_.classify(many);
  ASSERT_EQ(together.size(), many.size());
  for (const size_t i : {0, 1, 77, 250, 399}) {
    const ClassificationResult alone = classifier_.classify({&many[i], 1})[0];
    EXPECT_EQ(alone.pieces, together[i].pieces);
    for (size_t h = 0; h < 2; ++h) {
      EXPECT_EQ(alone.heads[h].attention, together[i].heads[h].attention);
      for (size_t k = 0; k < alone.heads[h].labels.size(); ++k) {
        EXPECT_EQ(alone.heads[h].labels[k].label, together[i].heads[h].labels[k].label);
        EXPECT_EQ(alone.heads[h].labels[k].probability, together[i].heads[h].labels[k].probability);
      }
    }
  }
}

TEST_F(TinyClassifier, no_texts_give_no_results) { EXPECT_TRUE(classifier_.classify({}).empty()); }

TEST(Classifier, refuses_a_translator) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  EXPECT_THROW(Classifier(open_model(folder / "m")), Error);
}

TEST(Classifier, names_the_head_whose_weights_are_not_finite) {
  const test::ScratchFolder folder;
  ModelContents contents = test::tiny_contents(test::tiny_classifier());
  for (Tensor& tensor : contents.weights) {
    if (tensor.name == "heads.topics.output.bias")
      std::fill(tensor.bytes.begin(), tensor.bytes.end(), '\xff');
  }
  write_model(folder / "m", contents);
  const Classifier classifier(open_model(folder / "m"));
  try {
    classifier.classify(kTexts);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    EXPECT_NE(std::string(error.what()).find("'topics'"), std::string::npos);
  }
}

TEST(ClassifierNgrams, the_votes_of_the_pieces_add_up_to_what_n_grams_say_for_the_label) {
  test::ScratchFolder folder;
  ModelConfig config = test::tiny_classifier();
  config.ngrams.buckets = 53;
  write_model(folder / "tiny", test::tiny_contents(config));
  const ModelDirectory model = open_model(folder / "tiny");
  const Classifier classifier(model);
  const std::vector<float> counts = model.weights.at("ngrams.weight").to_floats();
  for (const std::string text : {"my card was stolen", "我的银行卡在哪里"}) {
    const ClassificationResult result = classifier.classify(std::vector{text}, {.votes = true}).front();
    EXPECT_TRUE(classifier.classify(std::vector{text}).front().heads[0].ngrams.empty());
    std::vector<std::string> pieces = result.pieces;
    pieces.pop_back();
    const NgramRows found = text_ngrams(pieces, model.config.ngrams, counts);
    for (size_t h = 0; h < result.heads.size(); ++h) {
      const auto& labels = model.config.classification_heads[h].labels;
      const auto votes = model.weights.at("heads." + result.heads[h].head + ".ngrams.weight").to_floats();
      std::vector<double> logits(labels.size());
      for (size_t i = 0; i < found.buckets.size(); ++i) {
        for (size_t c = 0; c < labels.size(); ++c)
          logits[c] += found.values[i] * votes[found.buckets[i] * labels.size() + c];
      }
      const auto best = std::ranges::find(labels, result.heads[h].labels.front().label) - labels.begin();
      const double mean =
          std::accumulate(logits.begin(), logits.end(), 0.0) / static_cast<double>(logits.size());
      const auto& ngrams = result.heads[h].ngrams;
      ASSERT_EQ(ngrams.size(), result.pieces.size());
      EXPECT_NEAR(std::accumulate(ngrams.begin(), ngrams.end(), 0.0), logits[best] - mean, 1e-4);
      EXPECT_EQ(ngrams.back(), 0.0F);
    }
  }
}

TEST(ClassifierNgrams, the_evidence_is_what_the_probabilities_were_made_of) {
  test::ScratchFolder folder;
  ModelConfig config = test::tiny_classifier();
  config.ngrams.buckets = 53;
  write_model(folder / "tiny", test::tiny_contents(config));
  const ModelDirectory model = open_model(folder / "tiny");
  const Classifier classifier(model);
  for (const std::string text : {"my card was stolen", "我的银行卡在哪里"}) {
    const ClassificationResult result = classifier.classify(std::vector{text}, {.evidence = true}).front();
    EXPECT_FALSE(classifier.classify(std::vector{text}).front().heads[0].evidence);
    std::vector<std::string> pieces = result.pieces;
    pieces.pop_back();
    const NgramRows found =
        text_ngrams(pieces, model.config.ngrams, model.weights.at("ngrams.weight").to_floats());
    for (size_t h = 0; h < result.heads.size(); ++h) {
      const HeadConfig& head = model.config.classification_heads[h];
      const HeadEvidence& evidence = result.heads[h].evidence.value();
      ASSERT_EQ(evidence.logits.size(), head.labels.size());
      const auto best = std::ranges::max_element(evidence.logits) - evidence.logits.begin();
      EXPECT_EQ(head.labels[best], result.heads[h].labels.front().label);
      // Softmax over the labels; where a text may have several, each label's sigmoid: softmax against a logit
      // of 0.
      const std::vector<float> others =
          head.multi_label ? std::vector{evidence.logits[best], 0.0F} : evidence.logits;
      double sum = 0.0;
      for (const float logit : others)
        sum += std::exp(static_cast<double>(logit - evidence.logits[best]) / head.temperature);
      EXPECT_NEAR(1 / sum, result.heads[h].labels.front().probability, 1e-6);
      std::vector<double> votes(head.labels.size());
      const std::string scope = "heads." + head.name + ".ngrams.";
      const auto table = model.weights.at(scope + "weight").to_floats(),
                 bias = model.weights.at(scope + "bias").to_floats();
      for (size_t c = 0; c < votes.size(); ++c) {
        votes[c] = bias[c];
        for (size_t i = 0; i < found.buckets.size(); ++i)
          votes[c] += found.values[i] * table[found.buckets[i] * votes.size() + c];
        EXPECT_NEAR(evidence.votes.at(c), votes[c], 1e-4);
      }
      EXPECT_GE(evidence.unseen, 0.0);
      EXPECT_LE(evidence.unseen, 1.0);
    }
  }
}

}  // namespace
}  // namespace heed::infer
