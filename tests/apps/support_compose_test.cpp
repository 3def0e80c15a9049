#include <cmath>

#include <gmock/gmock.h>

#include "apps/support/compose.h"
#include "apps/support/wording.h"
#include "base/random.h"
#include "text/normalise.h"

using namespace heed;
using namespace heed::apps::support;
using testing::HasSubstr;

namespace {

// A vector a text by the words it shares with each of these.
std::vector<float> vector_of(const std::string& text) {
  std::vector<float> values;
  for (const char* word : {"card", "fee", "transfer", "卡", "费用", "转账"})
    values.push_back(text.find(word) == std::string::npos ? 0.05F : 1.0F);
  double length = 0.0;
  for (const float value : values) length += value * value;
  for (float& value : values) value /= static_cast<float>(std::sqrt(length));
  return values;
}

std::vector<std::vector<float>> embed(std::span<const std::string> texts) {
  std::vector<std::vector<float>> vectors;
  for (const std::string& text : texts) vectors.push_back(vector_of(text));
  return vectors;
}

Passage passage(const std::string& id, const std::string& text, double score = 0.8) {
  return {.id = id, .title = "Title " + id, .source = id + ".md", .text = text, .score = score};
}

// The code points [start, end) of a text.
std::string part_of(const std::string& text, int64_t start, int64_t end) {
  size_t begin = 0, place = 0;
  for (int64_t i = 0; i < end; ++i) {
    if (i == start) begin = place;
    place += utf8_prefix(std::string_view(text).substr(place), 1);
  }
  return text.substr(begin, place - begin);
}

}  // namespace

TEST(Compose, takes_the_sentences_that_the_question_looks_at) {
  const Composed composed = compose(
      vector_of("card fee"),
      {passage("a",
               "We are open at nine.  Every card has a fee of one euro. Bring your passport. Ring twice."),
       passage("b", "转账不收费用。", 0.6)},
      embed);
  EXPECT_EQ(composed.text, "Every card has a fee of one euro.");
  ASSERT_EQ(composed.citations.size(), 1U);
  EXPECT_EQ(composed.citations[0].passage, "a");
  EXPECT_EQ(composed.citations[0].start, 22);
  EXPECT_EQ(composed.citations[0].end, 22 + 33);
  EXPECT_EQ(composed.confidence, 0.8);
  EXPECT_GT(composed.passages[0].sentences[1].weight, 0.6);
  EXPECT_THAT(composed.why, HasSubstr("1 of 5 sentences"));
}

TEST(Compose, a_short_passage_is_quoted_whole) {
  const Composed composed = compose(
      vector_of("转账"), {passage("a", "转账免费。当天到账。"), passage("b", "卡丢了请挂失。")}, embed);
  EXPECT_EQ(composed.text, "转账免费。当天到账。");
  ASSERT_EQ(composed.citations.size(), 2U);
  EXPECT_EQ(composed.citations[1].start, 5);
  EXPECT_EQ(composed.citations[1].end, 10);
}

TEST(Compose, several_passages_give_sentences_of_one_answer_but_none_below_the_score) {
  const std::string first = "A card is free. We are open at nine. Bring your passport. Ring the bell.";
  const std::vector<Passage> passages = {passage("a", first),
                                         passage("b", "The fee of a card is one euro.", 0.7),
                                         passage("c", "Each card has a fee.", 0.4)};
  const Composed composed = compose(vector_of("card fee"), passages, embed, {.mass = 0.95});
  EXPECT_EQ(composed.text, "A card is free. The fee of a card is one euro.");
  EXPECT_EQ(composed.citations[1].passage, "b");
  EXPECT_THAT(compose(vector_of("card fee"), passages, embed, {.min_score = 0.3, .mass = 0.95}).text,
              HasSubstr("Each card has a fee."));
}

TEST(Compose, weights_are_the_softmax_of_cosines_over_all_sentences) {
  const std::string question = "card";
  const Composed composed =
      compose(vector_of(question), {passage("a", "A card. A fee.", 0.8), passage("b", "A transfer.", 0.2)},
              embed, {.temperature = 0.5});
  std::vector<double> expected;
  double sum = 0.0;
  for (const char* sentence : {"A card.", "A fee.", "A transfer."}) {
    double dot = 0.0;
    for (size_t i = 0; i < 6; ++i)
      dot += static_cast<double>(vector_of(question)[i]) * vector_of(sentence)[i];
    const double score = expected.size() < 2 ? 0.8 : 0.2;
    sum += expected.emplace_back(std::exp(dot / 0.5) * score);
  }
  EXPECT_NEAR(composed.passages[0].sentences[0].weight, expected[0] / sum, 1e-6);
  EXPECT_NEAR(composed.passages[0].sentences[1].weight, expected[1] / sum, 1e-6);
  EXPECT_NEAR(composed.passages[1].sentences[0].weight, expected[2] / sum, 1e-6);
}

TEST(Compose, what_nothing_is_about_is_not_answered) {
  const Composed none = compose(vector_of("card"), {}, embed);
  EXPECT_EQ(none.text, "");
  EXPECT_THAT(none.why, HasSubstr("no passage"));
  const Composed unsure = compose(vector_of("card"), {passage("a", "A fee. A transfer.", 0.49)}, embed);
  EXPECT_EQ(unsure.text, "");
  EXPECT_TRUE(unsure.citations.empty());
  EXPECT_THAT(unsure.why, HasSubstr("probability 0.49, below the 0.50"));
  EXPECT_EQ(unsure.passages.size(), 1U);  // for a person to see
  EXPECT_THAT(compose(vector_of("card"), {passage("a", "A card.")}, embed, {.min_score = 2.0}).why,
              HasSubstr("never quoted"));
  EXPECT_EQ(compose({}, {passage("a", "A card.")}, embed).text, "");
}

// Whatever the passages: an answer is sentences of theirs, each where its citation says.
TEST(Compose, never_says_a_word_that_is_in_no_passage) {
  const std::vector<std::string> pieces = {"The card costs a fee. ",
                                           "卡丢了请挂失。",
                                           "A transfer is free!\n\n",
                                           "费用是一元；转账免费。",
                                           "Dr. No has 3.5 % 🙂. ",
                                           "  ",
                                           "…? ",
                                           "卡 card fee 转账"};
  int64_t answered = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    std::vector<Passage> passages;
    for (size_t p = 0; p < random.below(5); ++p) {
      std::string text;
      for (size_t i = 0; i < random.below(8); ++i) text += pieces[random.below(pieces.size())];
      passages.push_back(passage("p" + std::to_string(p), text, 0.9 - 0.2 * static_cast<double>(p)));
    }
    const std::string question = pieces[random.below(pieces.size())];
    const Composed composed = compose(vector_of(question), passages, embed, {.min_score = 0.3});
    std::string rest = composed.text;
    for (const Citation& citation : composed.citations) {
      const auto from = std::ranges::find(passages, citation.passage, &Passage::id);
      ASSERT_NE(from, passages.end());
      const std::string words = part_of(from->text, citation.start, citation.end);
      ASSERT_FALSE(words.empty());
      if (rest.starts_with(' ')) rest.erase(0, 1);
      ASSERT_TRUE(rest.starts_with(words)) << rest << " | " << words;
      rest.erase(0, words.size());
    }
    EXPECT_EQ(rest, "");
    answered += composed.text.empty() ? 0 : 1;
    double sum = 0.0;
    for (const Passage& each : composed.passages)
      for (const PassageSentence& sentence : each.sentences) sum += sentence.weight;
    if (!composed.citations.empty()) {
      EXPECT_NEAR(sum, 1.0, 1e-9);
    }
  }
  EXPECT_GT(answered, 50);
}
