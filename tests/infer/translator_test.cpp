#include "infer/translator.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/tiny_model.h"
#include "infer/variants.h"
#include "model/int8_contents.h"
#include "text/normalise.h"

namespace heed::infer {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kLines = {"open the file and print this page",
                                         "狗在这里睡觉",
                                         "a",
                                         "where is my card? my card was stolen, how do I send money",
                                         "如何转账？你们收取什么费用？我的银行卡在哪里",
                                         "close all windows"};

class TinyTranslator : public ::testing::Test {
 protected:
  explicit TinyTranslator(const ModelConfig& config = test::tiny_translator())
      : model_(write(config)),
        translator_(model_),
        tokenizer_(Tokenizer::from_bytes(model_.tokenizer("joint.model"), "t")) {}

  ModelDirectory write(const ModelConfig& config) {
    write_model(folder_ / "m", test::tiny_contents(config, 21));
    return open_model(folder_ / "m");
  }

  // Log-probabilities of softmax over the logits after <s> and `target`.
  std::vector<double> next(const std::string& line, const std::vector<int32_t>& target) const {
    const std::vector<float> all = translator_.logits(tokenizer_.encode(normalise(line, {})), target);
    const std::vector<float> last(all.end() - tokenizer_.size(), all.end());
    double sum = 0.0;
    for (const float logit : last) sum += std::exp(static_cast<double>(logit));
    std::vector<double> values;
    for (const float logit : last) values.push_back(logit - std::log(sum));
    return values;
  }

  std::vector<TranslationResult> run(const std::vector<std::string>& lines,
                                     const TranslateOptions& options) const {
    return translator_.translate(lines, options);
  }

  test::ScratchFolder folder_;
  ModelDirectory model_;
  Translator translator_;
  Tokenizer tokenizer_;
};

bool same(const TranslationResult& a, const TranslationResult& b) {
  if (a.source_pieces != b.source_pieces || a.best.size() != b.best.size()) return false;
  for (size_t i = 0; i < a.best.size(); ++i) {
    const Translation &x = a.best[i], &y = b.best[i];
    if (x.text != y.text || x.score != y.score || x.pieces != y.pieces || x.alignment != y.alignment)
      return false;
  }
  return true;
}

TEST_F(TinyTranslator, beam_1_takes_the_argmax_of_the_teacher_forced_logits_at_every_step) {
  for (const std::string& line : kLines) {
    std::vector<int32_t> ids;
    while (ids.size() < 12 && (ids.empty() || ids.back() != Tokenizer::kEnd)) {
      const std::vector<double> scores = next(line, ids);
      ids.push_back(
          static_cast<int32_t>(std::max_element(scores.begin() + 2, scores.end()) - scores.begin()));
    }
    std::vector<std::string> pieces;
    for (const int32_t id : ids) pieces.push_back(tokenizer_.piece(id));
    EXPECT_EQ(run({line}, {.beam = 1, .max_length = 12})[0].best[0].pieces, pieces) << line;
  }
}

TEST_F(TinyTranslator, scores_are_normalised_log_probabilities_of_the_pieces) {
  const auto result = run({kLines[0]}, {.beam = 4, .nbest = 4, .length_penalty = 0.7, .max_length = 9});
  for (const Translation& translation : result[0].best) {
    std::vector<int32_t> ids;
    double log_probability = 0.0;
    for (const std::string& piece : translation.pieces) {
      int32_t id = 0;
      while (tokenizer_.piece(id) != piece) ++id;
      log_probability += next(kLines[0], ids)[id];
      ids.push_back(id);
    }
    const double length = static_cast<double>(ids.size());
    EXPECT_NEAR(translation.score, log_probability / std::pow((5.0 + length) / 6.0, 0.7), 1e-4);
  }
}

TEST_F(TinyTranslator, a_beam_as_wide_as_the_vocabulary_finds_the_best_of_all_short_translations) {
  const std::string line = kLines[1];
  const auto width = static_cast<int32_t>(tokenizer_.size());
  double best = -1e9;
  const std::vector<double> first = next(line, {});
  for (int32_t a = 2; a < width; ++a) {
    if (a == Tokenizer::kEnd) {
      best = std::max(best, first[a]);
      continue;
    }
    const std::vector<double> second = next(line, {a});
    best = std::max(best, first[a] + *std::max_element(second.begin() + 2, second.end()));
  }
  const auto result = run({line}, {.beam = 256, .length_penalty = 0.0, .max_length = 2});
  EXPECT_NEAR(result[0].best[0].score, best, 1e-4);
}

TEST_F(TinyTranslator, a_wider_beam_scores_at_least_as_well_on_average) {
  double sums[2] = {0.0, 0.0};
  for (int i = 0; i < 2; ++i) {
    for (const auto& result : run(kLines, {.beam = i == 0 ? 1 : 8, .max_length = 10}))
      sums[i] += result.best[0].score;
  }
  EXPECT_GT(sums[1], sums[0]);
}

TEST_F(TinyTranslator, nbest_comes_best_first_and_without_repeats) {
  for (const auto& result : run(kLines, {.beam = 6, .nbest = 6, .max_length = 8})) {
    EXPECT_EQ(result.best.size(), 6U);
    for (size_t i = 1; i < result.best.size(); ++i) {
      EXPECT_GE(result.best[i - 1].score, result.best[i].score);
      for (size_t k = 0; k < i; ++k) EXPECT_NE(result.best[k].pieces, result.best[i].pieces);
    }
  }
}

TEST_F(TinyTranslator, the_best_one_does_not_depend_on_how_many_are_asked_for) {
  const auto one = run(kLines, {.beam = 6, .nbest = 1});
  const auto all = run(kLines, {.beam = 6, .nbest = 6});
  for (size_t i = 0; i < kLines.size(); ++i) {
    EXPECT_EQ(one[i].best[0].pieces, all[i].best[0].pieces);
    EXPECT_EQ(one[i].best[0].score, all[i].best[0].score);
  }
}

TEST_F(TinyTranslator, empty_lines_give_empty_translations_in_their_place) {
  const auto results = run({"", "close all windows", " \t ", ""}, {.alignment = true});
  ASSERT_EQ(results.size(), 4U);
  for (const size_t empty : {0, 2, 3}) {
    ASSERT_EQ(results[empty].best.size(), 1U);
    EXPECT_EQ(results[empty].best[0].text, "");
    EXPECT_TRUE(results[empty].best[0].pieces.empty());
    EXPECT_EQ(results[empty].source_pieces, std::vector<std::string>{"</s>"});
  }
  EXPECT_TRUE(same(results[1], run({"close all windows"}, {.alignment = true})[0]));
  EXPECT_TRUE(run({}, {}).empty());
}

TEST_F(TinyTranslator, alignments_have_a_row_a_target_piece_that_sums_to_one_over_the_source) {
  for (const auto& result : run(kLines, {.beam = 3, .nbest = 2, .max_length = 11, .alignment = true})) {
    for (const Translation& translation : result.best) {
      ASSERT_EQ(translation.alignment.size(), translation.pieces.size());
      for (const auto& row : translation.alignment) {
        ASSERT_EQ(row.size(), result.source_pieces.size());
        double sum = 0.0;
        for (const float share : row) sum += share;
        EXPECT_NEAR(sum, 1.0, 1e-5);
      }
    }
  }
}

TEST_F(TinyTranslator, a_translation_is_never_longer_than_asked_or_than_the_model) {
  for (const auto& result : run(kLines, {.beam = 2, .max_length = 3}))
    EXPECT_LE(result.best[0].pieces.size(), 3U);
  for (const auto& result : run(kLines, {.beam = 1, .max_length = 1 << 20})) {
    EXPECT_LE(static_cast<int64_t>(result.best[0].pieces.size()), model_.config.max_length);
  }
}

TEST_F(TinyTranslator, a_line_longer_than_the_model_is_split_into_its_sentences) {
  const std::vector<std::string> sentences = {"Where is my dog?", "打印此页。", "Print this page."};
  std::string line;
  std::vector<std::string> parts;
  while (static_cast<int64_t>(tokenizer_.encode(line).size()) < 2 * model_.config.max_length) {
    for (const std::string& sentence : sentences) parts.push_back(sentence);
    line += sentences[0] + " " + sentences[1] + sentences[2] + " ";
  }
  const TranslateOptions options = {.beam = 2, .nbest = 2, .max_length = 4, .alignment = true};
  const TranslationResult whole = run({line}, options)[0];
  const auto apart = run(parts, options);
  std::string text;
  std::vector<std::string> source, pieces;
  double score = 0.0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Translation& best = apart[i].best[0];
    text +=
        (i > 0 && i % 3 != 2 ? " " : "") + best.text;  // no space before the sentence behind the Chinese one
    source.insert(source.end(), apart[i].source_pieces.begin(), apart[i].source_pieces.end());
    pieces.insert(pieces.end(), best.pieces.begin(), best.pieces.end());
    score += best.score / static_cast<double>(parts.size());
  }
  ASSERT_EQ(whole.best.size(), 2U);
  EXPECT_EQ(whole.best[0].text, text);
  EXPECT_EQ(whole.source_pieces, source);
  EXPECT_EQ(whole.best[0].pieces, pieces);
  EXPECT_NEAR(whole.best[0].score, score, 1e-9);
  ASSERT_EQ(whole.best[0].alignment.size(), pieces.size());
  for (const auto& row : whole.best[0].alignment) EXPECT_EQ(row.size(), source.size());
}

TEST_F(TinyTranslator, a_sentence_longer_than_the_model_is_cut_between_words_and_a_huge_line_refused) {
  std::string line;
  while (line.size() < 300000) line += "print this page 打印此页 ";  // 100 000 tokens
  const auto result = run({line}, {.beam = 1, .max_length = 2});
  size_t pieces = 0;
  for (const std::string& piece : result[0].source_pieces) pieces += piece != "</s>" ? 1 : 0;
  EXPECT_EQ(pieces, tokenizer_.encode(normalise(line, {})).size());
  try {
    run({"a", line}, {.split = false});
    ADD_FAILURE() << "a long line was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::too_large);
    EXPECT_THAT(error.what(), HasSubstr("line 2"));
  }
  line.resize((size_t{1} << 20) + 1, 'x');
  EXPECT_THROW(run({line}, {}), Error);
}

TEST_F(TinyTranslator, a_prefix_begins_every_translation_and_scores_as_its_pieces) {
  const std::vector<std::string> prefixes = {"my card", "", "打印"};
  const std::vector<std::string> lines = {kLines[0], kLines[1], kLines[2]};
  const TranslateOptions options = {.beam = 3, .nbest = 3, .length_penalty = 0.0, .max_length = 12};
  const auto results = translator_.translate(lines, options, prefixes);
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::vector<std::string> begin = tokenizer_.pieces(prefixes[i]);
    for (const Translation& translation : results[i].best) {
      ASSERT_GE(translation.pieces.size(), begin.size());
      EXPECT_TRUE(std::equal(begin.begin(), begin.end(), translation.pieces.begin())) << prefixes[i];
    }
  }
  EXPECT_TRUE(same(results[1], run({lines[1]}, options)[0]));
  double score = 0.0;
  std::vector<int32_t> ids;
  for (const std::string& piece : results[0].best[0].pieces) {
    int32_t id = 0;
    while (tokenizer_.piece(id) != piece) ++id;
    score += next(lines[0], ids)[id];
    ids.push_back(id);
  }
  EXPECT_NEAR(results[0].best[0].score, score, 1e-4);
  EXPECT_THROW(translator_.translate(lines, options, std::vector<std::string>{"one"}), Error);
}

TEST(Translator, normalises_a_prefix_as_the_model_does_its_text) {
  const test::ScratchFolder folder;
  ModelConfig config = test::tiny_translator();
  config.lowercase = true;
  write_model(folder / "m", test::tiny_contents(config));
  const Translator translator(open_model(folder / "m"));
  const std::vector<std::string> lines(2, kLines[0]), prefixes = {"MY Card", "my card"};
  const auto results = translator.translate(lines, {.beam = 2}, prefixes);
  EXPECT_TRUE(same(results[0], results[1]));
}

TEST_F(TinyTranslator, forbidden_pieces_are_in_no_translation) {
  TranslateOptions options = {.beam = 4, .nbest = 4, .max_length = 10};
  std::set<std::string> seen;
  for (const auto& result : run(kLines, options)) {
    for (const Translation& translation : result.best)
      seen.insert(translation.pieces.begin(), translation.pieces.end());
  }
  seen.erase("</s>");
  options.forbidden.assign(seen.begin(), seen.end());
  for (const auto& result : run(kLines, options)) {
    for (const Translation& translation : result.best) {
      for (const std::string& piece : translation.pieces) EXPECT_FALSE(seen.contains(piece)) << piece;
    }
  }
  EXPECT_THROW(run({"a"}, {.forbidden = {"no such piece"}}), Error);
}

TEST_F(TinyTranslator, threads_may_share_it) {
  const auto expected = run(kLines, {.beam = 2});
  std::vector<std::vector<TranslationResult>> found(3);
  std::vector<std::thread> threads;
  for (auto& results : found) threads.emplace_back([&] { results = run(kLines, {.beam = 2}); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& results : found) {
    for (size_t i = 0; i < kLines.size(); ++i) EXPECT_TRUE(same(results[i], expected[i]));
  }
}

TEST_F(TinyTranslator, options_out_of_range_are_named) {
  const auto refusal = [&](const TranslateOptions& options) -> std::string {
    try {
      run({"a"}, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal({.beam = 0}), HasSubstr("beam"));
  EXPECT_THAT(refusal({.beam = 1000000}), HasSubstr("beam"));
  EXPECT_THAT(refusal({.beam = 2, .nbest = 3}), HasSubstr("nbest"));
  EXPECT_THAT(refusal({.length_penalty = std::nan("")}), HasSubstr("length_penalty"));
  EXPECT_THAT(refusal({.max_length = -1}), HasSubstr("max_length"));
  EXPECT_THAT(refusal({.batch = 0}), HasSubstr("batch"));
}

TEST(Translator, outlives_the_directory_that_it_was_made_from) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  const Translator translator(open_model(folder / "m"));
  std::filesystem::remove_all(folder / "m");
  EXPECT_EQ(translator.translate(std::vector<std::string>{"close all windows"}, {}).size(), 1U);
}

TEST(Translator, refuses_an_encoder) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_classifier()));
  EXPECT_THROW(Translator(open_model(folder / "m")), Error);
}

TEST(Translator, names_weights_that_are_not_finite_instead_of_answering) {
  const test::ScratchFolder folder;
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  for (Tensor& tensor : contents.weights) {
    if (tensor.name == "decoder.norm.weight") std::fill(tensor.bytes.begin(), tensor.bytes.end(), '\xff');
  }
  write_model(folder / "m", contents);
  const Translator translator(open_model(folder / "m"));
  EXPECT_THROW(translator.translate(std::vector<std::string>{"a"}, {}), Error);
}

class TranslatorOfVariant : public ::testing::TestWithParam<test::NamedVariant> {};

// Of fp32 weights and of int8.
TEST_P(TranslatorOfVariant, answers_a_batch_with_the_bits_of_its_singles) {
  ModelConfig config = test::tiny_translator();
  GetParam().apply(config);
  const ModelContents contents = test::tiny_contents(config, 5);
  const test::ScratchFolder folder;
  for (const ModelContents& each : {contents, test::int8_contents(contents)}) {
    write_model(folder / "m", each);
    const Translator translator(open_model(folder / "m"));
    const TranslateOptions options = {.beam = 3, .nbest = 3, .max_length = 20, .alignment = true};
    const auto together = translator.translate(kLines, options);
    TranslateOptions small_batches = options;
    small_batches.batch = 2;
    const auto in_batches = translator.translate(kLines, small_batches);
    for (size_t i = 0; i < kLines.size(); ++i) {
      EXPECT_TRUE(same(together[i], translator.translate({&kLines[i], 1}, options)[0])) << kLines[i];
      EXPECT_TRUE(same(together[i], in_batches[i])) << kLines[i];
    }
  }
}

// Each answer, beam by beam, is what its own pieces score when they are forced, so no beam went on from
// another's memory.
TEST_P(TranslatorOfVariant, scores_of_every_beam_are_those_of_its_pieces_and_beam_1_takes_the_likeliest) {
  ModelConfig config = test::tiny_translator();
  GetParam().apply(config);
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(config, 6));
  const ModelDirectory model = open_model(folder / "m");
  const Translator translator(model);
  const Tokenizer tokenizer = Tokenizer::from_bytes(model.tokenizer("joint.model"), "t");
  const auto log_probabilities = [&](const std::vector<float>& logits, size_t row) {
    const auto width = static_cast<size_t>(tokenizer.size());
    std::vector<double> values(logits.begin() + static_cast<int64_t>(row * width),
                               logits.begin() + static_cast<int64_t>((row + 1) * width));
    double sum = 0.0;
    for (const double value : values) sum += std::exp(value);
    for (double& value : values) value -= std::log(sum);
    return values;
  };
  for (const int64_t beam : {1, 5}) {
    const TranslateOptions options = {.beam = beam, .nbest = beam, .length_penalty = 0.0, .max_length = 9};
    for (const std::string& line : {kLines[0], kLines[1]}) {
      const std::vector<int32_t> source = tokenizer.encode(normalise(line, {}));
      const auto results = translator.translate({&line, 1}, options);
      for (const Translation& translation : results[0].best) {
        std::vector<int32_t> ids;
        for (const std::string& piece : translation.pieces) {
          int32_t id = 0;
          while (tokenizer.piece(id) != piece) ++id;
          ids.push_back(id);
        }
        const auto logits = translator.logits(source, std::span(ids).first(ids.size() - 1));
        double score = 0.0;
        for (size_t t = 0; t < ids.size(); ++t) {
          const std::vector<double> values = log_probabilities(logits, t);
          score += values[ids[t]];
          if (beam == 1) {
            EXPECT_NEAR(values[ids[t]], *std::max_element(values.begin() + 2, values.end()), 1e-5);
          }
        }
        EXPECT_NEAR(translation.score, score, 1e-4) << line << " beam " << beam;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TranslatorOfVariant, ::testing::ValuesIn(test::translator_variants()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace heed::infer
