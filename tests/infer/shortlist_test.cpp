#include "infer/shortlist.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"

namespace heed::infer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int32_t kEnd = Tokenizer::kEnd;

TEST(Shortlist, of_a_text_is_what_its_tokens_and_the_common_ones_give_in_order) {
  const Shortlist list({9, 3}, {{}, {}, {}, {7, 4}, {4, 12}, {5}});
  EXPECT_THAT(list.tokens(std::vector<int32_t>{3, 4, 3}), ElementsAre(kEnd, 3, 4, 7, 9, 12));
  EXPECT_THAT(list.tokens(std::vector<int32_t>{}), ElementsAre(kEnd, 3, 9));
}

TEST(Shortlist, comes_back_from_its_file) {
  ModelConfig config = test::tiny_translator();
  config.source_vocabulary = 6;
  config.target_vocabulary = 13;
  const Shortlist list({9, 3}, {{}, {}, {}, {7, 4}, {4, 12}, {5}});
  const Shortlist again = Shortlist::from_bytes(list.to_bytes(), config, "shortlist");
  EXPECT_EQ(again.tokens(std::vector<int32_t>{3, 5}), list.tokens(std::vector<int32_t>{3, 5}));
}

TEST(Shortlist, refuses_a_file_that_does_not_fit_the_model) {
  ModelConfig config = test::tiny_translator();
  config.source_vocabulary = 6;
  config.target_vocabulary = 13;
  const std::vector<std::vector<int32_t>> translations = {{}, {}, {}, {7, 4}, {4, 12}, {5}};
  const auto refusal = [&](const std::string& bytes) -> std::string {
    try {
      Shortlist::from_bytes(bytes, config, "assets/shortlist.safetensors");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
      return error.what();
    }
    return "taken";
  };
  EXPECT_THAT(refusal(Shortlist({13}, translations).to_bytes()), HasSubstr("below 13"));
  EXPECT_THAT(refusal(Shortlist({-1}, translations).to_bytes()), HasSubstr("below 13"));
  EXPECT_THAT(refusal(Shortlist({3}, {{1}}).to_bytes()), HasSubstr("6 source tokens"));
  EXPECT_THAT(refusal("not a file"), HasSubstr("assets/shortlist.safetensors"));
  EXPECT_THAT(refusal(to_safetensors({}, "empty")), HasSubstr("common"));
}

// A made-up language: token t is translated by 100 + t, in another order, among words that stand anywhere.
TEST(LearnShortlist, finds_the_translation_of_every_token) {
  Random random(3);
  std::vector<std::vector<int32_t>> sources, targets;
  for (int i = 0; i < 400; ++i) {
    std::vector<int32_t>& source = sources.emplace_back();
    for (int t = 0; t < 6; ++t) source.push_back(3 + static_cast<int32_t>(random.uniform() * 40.0));
    std::vector<int32_t>& target = targets.emplace_back();
    for (const int32_t token : source) target.push_back(100 + token);
    std::ranges::reverse(target);
    target.push_back(50);
  }
  const Shortlist list = learn_shortlist(sources, targets, 43, 150, {.per_token = 1, .common = 1});
  for (int32_t token = 3; token < 43; ++token) {
    const auto tokens = list.tokens(std::vector<int32_t>{token});
    EXPECT_THAT(tokens, Contains(100 + token));
    EXPECT_THAT(tokens, Contains(50));
    EXPECT_LE(tokens.size(), 3U);
  }
}

class TranslatorWithShortlist : public ::testing::Test {
 protected:
  // A list a source token, each of `most` target tokens.
  ModelDirectory write(int64_t most) {
    ModelContents contents = test::tiny_contents(test::tiny_translator(), 4);
    const int64_t vocabulary = contents.config.target_vocabulary;
    std::vector<std::vector<int32_t>> translations;
    for (int64_t token = 0; token < contents.config.source_vocabulary; ++token) {
      std::vector<int32_t>& list = translations.emplace_back();
      for (int64_t i = 0; i < most; ++i) list.push_back(static_cast<int32_t>((token * 7 + i) % vocabulary));
    }
    contents.assets[Shortlist::kFile] = Shortlist({5, 6}, translations).to_bytes();
    write_model(folder_ / "m", contents);
    return open_model(folder_ / "m");
  }

  const test::ScratchFolder folder_;
  const std::vector<std::string> lines_ = {"open the file", "关闭所有窗口", "where is my card", "close"};
};

TEST_F(TranslatorWithShortlist, of_the_whole_vocabulary_translates_as_without) {
  const Translator translator(write(1000));
  const auto all = translator.translate(lines_, {.beam = 3, .nbest = 3});
  const auto listed = translator.translate(lines_, {.beam = 3, .nbest = 3, .shortlist = true});
  for (size_t i = 0; i < lines_.size(); ++i) {
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(listed[i].best[k].pieces, all[i].best[k].pieces);
      EXPECT_NEAR(listed[i].best[k].score, all[i].best[k].score, 1e-5);
    }
  }
}

TEST_F(TranslatorWithShortlist, chooses_among_its_tokens_alone_in_any_batch) {
  const ModelDirectory model = write(6);
  const Translator translator(model);
  const Shortlist list = Shortlist::of_model(model).value();
  const Tokenizer tokenizer = Tokenizer::from_bytes(model.tokenizer("joint.model"), "t");
  const TranslateOptions options = {.beam = 4, .nbest = 4, .max_length = 12, .shortlist = true};
  const auto together = translator.translate(lines_, options);
  for (size_t i = 0; i < lines_.size(); ++i) {
    const auto alone = translator.translate({&lines_[i], 1}, options);
    const auto tokens = list.tokens(tokenizer.encode(lines_[i]));
    for (size_t k = 0; k < together[i].best.size(); ++k) {
      EXPECT_EQ(alone[0].best[k].score, together[i].best[k].score);
      for (const std::string& piece : together[i].best[k].pieces) {
        int32_t id = 0;
        while (tokenizer.piece(id) != piece) ++id;
        EXPECT_THAT(tokens, Contains(id)) << piece;
      }
    }
  }
}

TEST_F(TranslatorWithShortlist, takes_a_prefix_from_outside_it) {
  const Translator translator(write(2));
  const std::vector<std::string> prefixes(lines_.size(), "print this");
  for (const auto& result : translator.translate(lines_, {.beam = 2, .shortlist = true}, prefixes))
    EXPECT_EQ(result.best[0].text.substr(0, 10), "print this");
}

TEST(ShortlistOption, of_a_model_without_one_is_refused) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  const Translator translator(open_model(folder / "m"));
  EXPECT_THROW(translator.translate(std::vector<std::string>{"a"}, {.shortlist = true}), Error);
}

}  // namespace
}  // namespace heed::infer
