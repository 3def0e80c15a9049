#include "text/tokenizer.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/expect_error.h"
#include "base/random.h"
#include "text/normalise.h"

namespace heed {
namespace {

// Bank questions in both languages, put together from parts so that there are enough to learn from.
std::vector<std::string> corpus() {
  const std::vector<std::string> openings = {"How do I ", "Can I ", "Why can't I ",
                                             "请问怎么",  "我想",   "为什么不能"};
  const std::vector<std::string> actions = {
      "block my card", "transfer money abroad", "change my PIN", "冻结银行卡", "向国外汇款", "修改密码"};
  const std::vector<std::string> endings = {"?", " today?", " in the app?", "？", "，谢谢", "吗？"};
  std::vector<std::string> lines;
  for (const auto& opening : openings) {
    for (const auto& action : actions) {
      for (const auto& ending : endings) lines.push_back(normalise(opening + action + ending, {}));
    }
  }
  return lines;
}

class TokenizerOf : public testing::TestWithParam<std::string> {
 protected:
  TokenizerOptions options(int64_t vocabulary) const {
    return {.vocabulary = vocabulary, .algorithm = GetParam(), .character_coverage = 1.0};
  }
};

TEST_P(TokenizerOf, decode_undoes_encode_in_both_languages) {
  const std::vector<std::string> lines = corpus();
  const Tokenizer tokenizer = Tokenizer::train(lines, options(80));
  EXPECT_EQ(tokenizer.size(), 80);
  for (const std::string& line : lines) EXPECT_EQ(tokenizer.decode(tokenizer.encode(line)), line);
}

TEST_P(TokenizerOf, special_pieces_have_their_fixed_ids) {
  const Tokenizer tokenizer = Tokenizer::train(corpus(), options(81));
  EXPECT_EQ(tokenizer.piece(Tokenizer::kUnknown), "<unk>");
  EXPECT_EQ(tokenizer.piece(Tokenizer::kBegin), "<s>");
  EXPECT_EQ(tokenizer.piece(Tokenizer::kEnd), "</s>");
  const std::vector<int32_t> ids = tokenizer.encode("change my PIN");
  EXPECT_TRUE(std::none_of(ids.begin(), ids.end(), [](int32_t id) { return id < 3; }));
  EXPECT_EQ(tokenizer.encode("Ж").back(), Tokenizer::kUnknown);
}

TEST_P(TokenizerOf, chinese_without_spaces_is_split_into_words_it_saw) {
  const Tokenizer tokenizer = Tokenizer::train(corpus(), options(GetParam() == "bpe" ? 200 : 83));
  const std::vector<std::string> pieces = tokenizer.pieces("请问怎么修改密码");
  EXPECT_LT(pieces.size(), 9u) << "the space mark and eight characters, so some pieces hold several";
  std::string joined;
  for (const std::string& piece : pieces) joined += piece;
  EXPECT_EQ(joined, "▁请问怎么修改密码");
}

TEST_P(TokenizerOf, training_twice_gives_the_same_bytes) {
  const Tokenizer first = Tokenizer::train(corpus(), options(82));
  const Tokenizer second = Tokenizer::train(corpus(), options(82));
  EXPECT_EQ(first.bytes(), second.bytes());
}

TEST_P(TokenizerOf, too_large_a_vocabulary_gives_the_largest_possible) {
  const Tokenizer tokenizer =
      Tokenizer::train({"天气很好", "天气不好", "good day", "good night"}, options(8000));
  EXPECT_GT(tokenizer.size(), 15);
  EXPECT_LT(tokenizer.size(), 100);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("天气很好")), "天气很好");
}

TEST_P(TokenizerOf, lines_longer_than_sentencepiece_takes_are_cut_not_dropped) {
  std::string chinese, english;
  for (int i = 0; i < 3000; ++i) {
    chinese += "天气很好";
    english += "good day ";
  }
  const Tokenizer tokenizer = Tokenizer::train({chinese, english}, options(30));
  for (const char* text : {"天气很好", "good day"}) {
    const std::vector<int32_t> ids = tokenizer.encode(text);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), Tokenizer::kUnknown), 0) << text;
  }
}

TEST_P(TokenizerOf, a_copy_from_its_bytes_encodes_alike) {
  const Tokenizer tokenizer = Tokenizer::train(corpus(), options(78));
  const Tokenizer copy = Tokenizer::from_bytes(tokenizer.bytes(), "copy.model");
  for (const std::string& line : corpus()) EXPECT_EQ(copy.encode(line), tokenizer.encode(line));
}

TEST_P(TokenizerOf, damaged_bytes_are_an_error_or_a_working_model) {
  const std::string good = Tokenizer::train(corpus(), options(80)).bytes();
  Random random(3);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = good;
    if (round % 2 == 0) bytes.resize(random.below(bytes.size()));
    for (int i = 0; i < 4 && !bytes.empty(); ++i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    try {
      const Tokenizer tokenizer = Tokenizer::from_bytes(bytes, "bad.model");
      const std::vector<int32_t> ids = tokenizer.encode("Can I 修改密码?");
      for (const int32_t id : ids) EXPECT_LT(id, tokenizer.size());
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
      EXPECT_EQ(std::string(error.what()).rfind("bad.model: ", 0), 0u) << error.what();
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_P(TokenizerOf, a_piece_that_stands_twice_is_refused) {
  const std::string piece = "\x0A\x05\x0A\x03银";
  const std::string good = Tokenizer::train(corpus(), options(80)).bytes();
  expect_error(ErrorCode::corrupt_data, {"bad.model: ", "one of them twice"},
               [&] { Tokenizer::from_bytes(good + piece + piece, "bad.model"); });
}

TEST_P(TokenizerOf, sampling_depends_on_the_seed_only) {
  TokenizerOptions sampled = options(60);
  sampled.max_lines = 60;
  const Tokenizer first = Tokenizer::train(corpus(), sampled);
  EXPECT_EQ(first.bytes(), Tokenizer::train(corpus(), sampled).bytes());
  sampled.seed = 2;
  EXPECT_NE(first.bytes(), Tokenizer::train(corpus(), sampled).bytes());
}

INSTANTIATE_TEST_SUITE_P(Algorithms, TokenizerOf, testing::Values("unigram", "bpe"),
                         [](const auto& info) { return info.param; });

std::string message_of(const std::vector<std::string>& lines, const TokenizerOptions& options) {
  try {
    Tokenizer::train(lines, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

TEST_P(TokenizerOf, a_rare_character_of_ascii_is_known_while_another_rare_one_is_not) {
  std::vector<std::string> lines(400, "净利润增长 profit rose again this quarter");
  lines.push_back("down 8 % in Ж");
  TokenizerOptions options{.vocabulary = 60, .algorithm = GetParam(), .character_coverage = 0.99};
  const std::vector<int32_t> ids = Tokenizer::train(lines, options).encode("8 % Ж");
  EXPECT_EQ(std::ranges::count(ids, Tokenizer::kUnknown), 1);
  EXPECT_EQ(ids.back(), Tokenizer::kUnknown);
}

TEST(Tokenizer, no_text_is_one_clear_line) {
  EXPECT_THAT(message_of({}, {}), testing::HasSubstr("expected text"));
  EXPECT_THAT(message_of({"", "  "}, {}), testing::HasSubstr("none in 2 lines"));
}

TEST(Tokenizer, misspelt_algorithm_names_the_nearest) {
  EXPECT_THAT(message_of({"a"}, {.algorithm = "unigramm"}), testing::HasSubstr("did you mean 'unigram'"));
}

TEST(Tokenizer, a_vocabulary_smaller_than_the_alphabet_says_so) {
  const std::string message = message_of(corpus(), {.vocabulary = 10, .character_coverage = 1.0});
  EXPECT_THAT(message, testing::HasSubstr("vocabulary: expected at least the 59 pieces"));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(Tokenizer, ids_outside_the_vocabulary_are_refused) {
  const Tokenizer tokenizer = Tokenizer::train(corpus(), {.vocabulary = 80});
  EXPECT_THROW(tokenizer.decode(std::vector<int32_t>{-1}), Error);
  EXPECT_THROW(tokenizer.decode(std::vector<int32_t>{80}), Error);
  EXPECT_THROW(tokenizer.piece(80), Error);
}

}  // namespace
}  // namespace heed
