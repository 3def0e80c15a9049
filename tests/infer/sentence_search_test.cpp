#include "infer/sentence_search.h"

#include <cmath>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer.h"

namespace heed::infer {
namespace {

constexpr int32_t kEnd = Tokenizer::kEnd;

using Tokens = std::vector<std::vector<ScoredToken>>;

void extend(SentenceSearch& search, const Tokens& tokens) {
  const std::vector<std::span<const ScoredToken>> views(tokens.begin(), tokens.end());
  search.extend(views);
}

TEST(SentenceSearch, greedy_takes_the_best_token_until_the_end) {
  SentenceSearch search({.beam = 1, .max_length = 10});
  EXPECT_EQ(search.candidates(), 1);
  extend(search, Tokens{{{7, -0.5}}});
  EXPECT_FALSE(search.done());
  extend(search, Tokens{{{kEnd, -0.25}}});
  EXPECT_TRUE(search.done());
  const auto best = search.best();
  ASSERT_EQ(best.size(), 1U);
  EXPECT_EQ(best[0].ids, (std::vector<int32_t>{7, kEnd}));
  EXPECT_NEAR(best[0].score, -0.75 / ((5.0 + 2.0) / 6.0), 1e-12);
}

TEST(SentenceSearch, an_ended_hypothesis_keeps_its_place_in_the_beam) {
  SentenceSearch search({.beam = 2, .nbest = 2, .length_penalty = 0.0, .max_length = 10});
  extend(search, Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_EQ(search.live().size(), 1U);
  EXPECT_EQ(search.candidates(), 1);
  extend(search, Tokens{{{6, -0.3}}});
  extend(search, Tokens{{{kEnd, -0.3}}});
  EXPECT_TRUE(search.done());
  EXPECT_EQ(search.best()[1].ids, (std::vector<int32_t>{5, 6, kEnd}));
}

TEST(SentenceSearch, stops_when_no_continuation_can_enter_the_best) {
  SentenceSearch search({.beam = 2, .nbest = 1, .length_penalty = 0.0, .max_length = 100});
  extend(search, Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_TRUE(search.done());
  // With a penalty a longer hypothesis may still win: -0.2 spread over 100 tokens is worth more than -0.1.
  SentenceSearch patient({.beam = 2, .nbest = 1, .length_penalty = 1.0, .max_length = 100});
  extend(patient, Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_FALSE(patient.done());
}

TEST(SentenceSearch, a_longer_hypothesis_can_overtake_one_that_ended_earlier) {
  SentenceSearch search({.beam = 2, .nbest = 1, .length_penalty = 1.0, .max_length = 100});
  extend(search, Tokens{{{kEnd, -1.0}, {5, -1.05}}});
  extend(search, Tokens{{{6, -0.001}}});
  extend(search, Tokens{{{kEnd, -0.001}}});
  EXPECT_EQ(search.best()[0].ids, (std::vector<int32_t>{5, 6, kEnd}));
}

TEST(SentenceSearch, what_is_unfinished_at_the_greatest_length_counts_as_it_is) {
  SentenceSearch search({.beam = 1, .max_length = 2});
  extend(search, Tokens{{{7, -0.5}}});
  extend(search, Tokens{{{8, -0.5}}});
  EXPECT_TRUE(search.done());
  EXPECT_EQ(search.best()[0].ids, (std::vector<int32_t>{7, 8}));
}

TEST(SentenceSearch, ties_go_to_the_lower_token_and_then_to_the_better_parent) {
  SentenceSearch search({.beam = 2, .nbest = 2, .max_length = 10});
  extend(search, Tokens{{{4, -1.0}, {9, -1.0}}});
  extend(search, Tokens{{{6, -1.0}, {8, -1.0}}, {{5, -1.0}, {6, -1.0}}});
  ASSERT_EQ(search.live().size(), 2U);
  EXPECT_EQ(search.ids(search.live()[0]), (std::vector<int32_t>{9, 5}));
  EXPECT_EQ(search.ids(search.live()[1]), (std::vector<int32_t>{4, 6}));
}

TEST(SentenceSearch, hypotheses_share_the_rows_of_what_they_have_in_common) {
  SentenceSearch search({.beam = 3, .nbest = 3, .max_length = 10});
  const auto rows = [&](size_t live) {
    std::vector<int32_t> all;
    search.append_rows(search.live()[live], all);
    return all;
  };
  search.set_row(search.live()[0], 40);
  EXPECT_EQ(rows(0), (std::vector<int32_t>{40}));
  extend(search, Tokens{{{4, -1.0}, {5, -1.1}, {6, -1.2}}});
  for (size_t k = 0; k < 3; ++k) search.set_row(search.live()[k], 50 + static_cast<int32_t>(k));
  // Both children of the second hypothesis are best; the first one's only child is last.
  extend(search, Tokens{{{7, -3.0}}, {{8, -0.1}, {9, -0.2}}, {{7, -9.0}}});
  for (size_t k = 0; k < 3; ++k) search.set_row(search.live()[k], 60 + static_cast<int32_t>(k));
  EXPECT_EQ(rows(0), (std::vector<int32_t>{40, 51, 60}));
  EXPECT_EQ(rows(1), (std::vector<int32_t>{40, 51, 61}));
  EXPECT_EQ(rows(2), (std::vector<int32_t>{40, 50, 62}));
  EXPECT_EQ(search.length(), 2);
}

TEST(SentenceSearch, rows_are_released_when_no_live_hypothesis_needs_them) {
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  using ::testing::UnorderedElementsAre;
  SentenceSearch search({.beam = 2, .nbest = 1, .length_penalty = 0.0, .max_length = 10});
  search.set_row(search.live()[0], 40);
  extend(search, Tokens{{{4, -1.0}, {5, -1.1}}});
  EXPECT_THAT(search.released(), IsEmpty());
  search.set_row(search.live()[0], 50);
  search.set_row(search.live()[1], 51);
  extend(search, Tokens{{{7, -3.0}, {8, -9.0}}, {{8, -0.1}, {9, -0.2}}});  // nobody goes on from the first
  EXPECT_THAT(search.released(), ElementsAre(50));
  search.set_row(search.live()[0], 60);
  search.set_row(search.live()[1], 61);
  extend(search, Tokens{{{6, -5.0}, {7, -5.1}}, {{kEnd, -0.1}, {6, -0.2}}});
  EXPECT_THAT(search.released(), UnorderedElementsAre(40, 51, 60, 61));  // it is settled
  EXPECT_TRUE(search.done());
}

}  // namespace
}  // namespace heed::infer
