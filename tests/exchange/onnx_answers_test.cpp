#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/expressible.h"
#include "exchange/onnx_export.h"
#include "exchange/onnx_session.h"
#include "infer/classifier.h"
#include "infer/double_model.h"
#include "infer/tiny_model.h"
#include "model/int8_contents.h"
#include "text/ngrams.h"
#include "text/tokenizer.h"

// What exported models answer, run by onnxruntime.
namespace heed::exchange {
namespace {

constexpr double kTolerance = 1e-4;

using test::OnnxArray;
using test::OnnxArrays;
using Texts = std::vector<std::vector<int32_t>>;  // ids without </s>

Texts texts_of(const ModelDirectory& model) {
  const Tokenizer tokenizer = Tokenizer::from_bytes(model.tokenizer("joint.model"), "t");
  return {tokenizer.encode("my card was stolen"),
          {},
          tokenizer.encode("which fee do you take? 你们收取什么费用？")};
}

size_t longest(const Texts& texts) {
  return std::ranges::max(texts, {}, [](const auto& text) { return text.size(); }).size();
}

// Rows of n-grams side by side, each padded to `width` with bucket 0 and value 0.
void add_rows(const NgramRows& rows, int64_t width, OnnxArray& buckets, OnnxArray& values) {
  for (int64_t r = 0; r < rows.rows(); ++r) {
    for (int64_t i = 0; i < width; ++i) {
      const int64_t at = rows.begins[r] + i;
      const bool there = at < rows.begins[r + 1];
      buckets.integers.push_back(there ? rows.buckets[at] : 0);
      values.floats.push_back(there ? rows.values[at] : 0.0F);
    }
  }
}

int64_t widest(const std::vector<NgramRows>& texts) {
  int64_t width = 1;
  for (const NgramRows& rows : texts) {
    for (int64_t r = 0; r < rows.rows(); ++r) width = std::max(width, rows.begins[r + 1] - rows.begins[r]);
  }
  return width;
}

void add_ngrams(const ModelDirectory& model, const Texts& texts, OnnxArrays& feeds) {
  const NgramConfig& config = model.config.ngrams;
  if (config.buckets == 0) return;
  const Tokenizer tokenizer = Tokenizer::from_bytes(model.tokenizer("joint.model"), "t");
  const std::vector<float> weights = model.weights.at("ngrams.weight").to_floats();
  const auto batch = static_cast<int64_t>(texts.size());
  const auto tokens = static_cast<int64_t>(longest(texts)) + 1;
  std::vector<NgramRows> of_tokens, of_texts;
  for (const auto& text : texts) {
    const std::vector<std::string> pieces = tokenizer.pieces(text);
    of_tokens.push_back(token_ngrams(pieces, config, weights));
    while (of_tokens.back().rows() < tokens) of_tokens.back().append(NgramRows{{}, {}, {0, 0}});
    of_texts.push_back(text_ngrams(pieces, config, weights));
  }
  const auto add = [&](const std::string& name, std::vector<int64_t> shape,
                       const std::vector<NgramRows>& rows) {
    shape.push_back(widest(rows));
    OnnxArray &buckets = feeds[name + "_buckets"], &values = feeds[name + "_values"];
    buckets.shape = values.shape = shape;
    for (const NgramRows& text : rows) add_rows(text, shape.back(), buckets, values);
  };
  if (config.embedding) add("token_ngram", {batch, tokens}, of_tokens);
  if (config.linear) add("text_ngram", {batch}, of_texts);
}

// The texts in one padded batch; padding is any piece.
OnnxArrays feeds_of(const ModelDirectory& model, const Texts& texts) {
  const auto tokens = static_cast<int64_t>(longest(texts)) + 1;
  OnnxArrays feeds;
  OnnxArray &ids = feeds["ids"], &lengths = feeds["lengths"];
  ids.shape = {static_cast<int64_t>(texts.size()), tokens};
  lengths.shape = {static_cast<int64_t>(texts.size())};
  for (const auto& text : texts) {
    std::vector<int64_t> row(text.begin(), text.end());
    row.push_back(Tokenizer::kEnd);
    lengths.integers.push_back(static_cast<int64_t>(row.size()));
    row.resize(static_cast<size_t>(tokens), 7);
    ids.integers.insert(ids.integers.end(), row.begin(), row.end());
  }
  add_ngrams(model, texts, feeds);
  return feeds;
}

class OnnxAnswers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string lack = test::onnxruntime_lacks(); !lack.empty()) GTEST_SKIP() << lack;
  }

  ModelDirectory make(const ModelContents& contents) {
    write_model(folder_ / "m", contents);
    ModelDirectory model = open_model(folder_ / "m");
    export_onnx(model, folder_ / "m.onnx");
    return model;
  }

  OnnxArrays run(const ModelDirectory& model, const Texts& texts) {
    return test::run_onnx(folder_ / "m.onnx", feeds_of(model, texts));
  }

  // `encoded` against the formula in double precision, and 0 in the rows of padding.
  static void expect_encoded(const ModelDirectory& model, const Texts& texts, const OnnxArray& encoded) {
    const test::DoubleModel plain(model);
    const int64_t tokens = encoded.shape[1], dim = encoded.shape[2];
    for (size_t b = 0; b < texts.size(); ++b) {
      const test::Rows expected = plain.encoded(texts[b]);
      for (int64_t i = 0; i < tokens * dim; ++i) {
        const auto t = static_cast<size_t>(i / dim);
        const double value = t < expected.size() ? expected[t][i % dim] : 0.0;
        ASSERT_NEAR(encoded.floats[b * tokens * dim + i], value, t < expected.size() ? kTolerance : 0.0)
            << "text " << b << ", token " << t;
      }
    }
  }

  static void expect_logits(const ModelDirectory& model, const Texts& texts, const OnnxArrays& outputs) {
    const infer::Classifier classifier(model);
    for (size_t b = 0; b < texts.size(); ++b) {
      const auto expected = classifier.logits(texts[b]);
      for (size_t h = 0; h < expected.size(); ++h) {
        const std::vector<float>& found = outputs.at(model.config.classification_heads[h].name).floats;
        ASSERT_EQ(found.size(), texts.size() * expected[h].size());
        for (size_t i = 0; i < expected[h].size(); ++i)
          ASSERT_NEAR(found[b * expected[h].size() + i], expected[h][i], kTolerance) << "text " << b;
      }
    }
  }

  test::ScratchFolder folder_;
};

class OnnxAnswersOf : public OnnxAnswers, public ::testing::WithParamInterface<test::NamedVariant> {};

TEST_P(OnnxAnswersOf, a_padded_batch_are_those_of_the_classifier_for_each_text) {
  ModelConfig config = test::tiny_classifier();
  GetParam().apply(config);
  const ModelDirectory model = make(test::tiny_contents(config, 7));
  const Texts texts = texts_of(model);
  const OnnxArrays outputs = run(model, texts);
  expect_encoded(model, texts, outputs.at("encoded"));
  expect_logits(model, texts, outputs);
}

INSTANTIATE_TEST_SUITE_P(Models, OnnxAnswersOf, ::testing::ValuesIn(test::expressible_variants()),
                         [](const auto& info) { return info.param.name; });

TEST_F(OnnxAnswers, of_a_translator_are_its_encoder_s) {
  for (const bool shared : {true, false}) {
    ModelConfig config = test::tiny_translator();
    config.shared_embeddings = shared;
    const ModelDirectory model = make(test::tiny_contents(config, 7));
    const Texts texts = texts_of(model);
    const OnnxArrays outputs = run(model, texts);
    EXPECT_EQ(outputs.size(), 1U);
    expect_encoded(model, texts, outputs.at("encoded"));
  }
}

ModelContents bf16_contents(ModelContents contents) {
  for (Tensor& tensor : contents.weights) {
    std::string high;
    for (size_t at = 0; at < tensor.bytes.size(); at += 4) high += tensor.bytes.substr(at + 2, 2);
    tensor.bytes = high;
    tensor.type = DataType::bf16;
  }
  return contents;
}

TEST_F(OnnxAnswers, of_narrow_weights_are_those_of_the_numbers_that_they_mean) {
  const ModelContents contents = test::tiny_contents(test::tiny_classifier());
  for (const ModelContents& narrow : {bf16_contents(contents), test::int8_contents(contents)}) {
    const ModelDirectory model = make(narrow);
    const Texts texts = texts_of(model);
    const test::DoubleModel plain(model);
    const OnnxArrays outputs = run(model, texts);
    expect_encoded(model, texts, outputs.at("encoded"));
    for (size_t b = 0; b < texts.size(); ++b) {
      const test::Row expected = plain.head_logits(texts[b])[0];
      for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(outputs.at("intent").floats[b * expected.size() + i], expected[i], kTolerance);
    }
  }
}

TEST_F(OnnxAnswers, a_text_as_long_as_the_model_takes_and_no_longer) {
  const ModelDirectory model = make(test::tiny_contents(test::tiny_classifier()));
  const auto most = static_cast<size_t>(model.config.max_length);
  const Texts whole = {std::vector<int32_t>(most - 1, 9)};
  expect_logits(model, whole, run(model, whole));
  EXPECT_THROW(run(model, {std::vector<int32_t>(most, 9)}), Error);
}

}  // namespace
}  // namespace heed::exchange
