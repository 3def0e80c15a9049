#include "infer/sentence_search.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "text/tokenizer.h"

namespace heed::infer {
namespace {

constexpr int32_t kEnd = Tokenizer::kEnd;

using Tokens = std::vector<std::vector<ScoredToken>>;

TEST(SentenceSearch, greedy_takes_the_best_token_until_the_end) {
  SentenceSearch search({.beam = 1, .max_length = 10});
  EXPECT_EQ(search.candidates(), 1);
  search.extend(Tokens{{{7, -0.5}}});
  EXPECT_FALSE(search.done());
  search.extend(Tokens{{{kEnd, -0.25}}});
  EXPECT_TRUE(search.done());
  const auto best = search.best();
  ASSERT_EQ(best.size(), 1U);
  EXPECT_EQ(best[0].ids, (std::vector<int32_t>{7, kEnd}));
  EXPECT_NEAR(best[0].score, -0.75 / ((5.0 + 2.0) / 6.0), 1e-12);
}

TEST(SentenceSearch, an_ended_hypothesis_keeps_its_place_in_the_beam) {
  SentenceSearch search({.beam = 2, .nbest = 2, .length_penalty = 0.0, .max_length = 10});
  search.extend(Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_EQ(search.live().size(), 1U);
  EXPECT_EQ(search.candidates(), 1);
  search.extend(Tokens{{{6, -0.3}}});
  search.extend(Tokens{{{kEnd, -0.3}}});
  EXPECT_TRUE(search.done());
  EXPECT_EQ(search.best()[1].ids, (std::vector<int32_t>{5, 6, kEnd}));
}

TEST(SentenceSearch, stops_when_no_continuation_can_enter_the_best) {
  SentenceSearch search({.beam = 2, .nbest = 1, .length_penalty = 0.0, .max_length = 100});
  search.extend(Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_TRUE(search.done());
  // With a penalty a longer hypothesis may still win: -0.2 spread over 100 tokens is worth more than -0.1.
  SentenceSearch patient({.beam = 2, .nbest = 1, .length_penalty = 1.0, .max_length = 100});
  patient.extend(Tokens{{{kEnd, -0.1}, {5, -0.2}}});
  EXPECT_FALSE(patient.done());
}

TEST(SentenceSearch, a_longer_hypothesis_can_overtake_one_that_ended_earlier) {
  SentenceSearch search({.beam = 2, .nbest = 1, .length_penalty = 1.0, .max_length = 100});
  search.extend(Tokens{{{kEnd, -1.0}, {5, -1.05}}});
  search.extend(Tokens{{{6, -0.001}}});
  search.extend(Tokens{{{kEnd, -0.001}}});
  EXPECT_EQ(search.best()[0].ids, (std::vector<int32_t>{5, 6, kEnd}));
}

TEST(SentenceSearch, what_is_unfinished_at_the_greatest_length_counts_as_it_is) {
  SentenceSearch search({.beam = 1, .max_length = 2});
  search.extend(Tokens{{{7, -0.5}}});
  search.extend(Tokens{{{8, -0.5}}});
  EXPECT_TRUE(search.done());
  EXPECT_EQ(search.best()[0].ids, (std::vector<int32_t>{7, 8}));
}

TEST(SentenceSearch, ties_go_to_the_lower_token_and_then_to_the_better_parent) {
  SentenceSearch search({.beam = 2, .nbest = 2, .max_length = 10});
  search.extend(Tokens{{{4, -1.0}, {9, -1.0}}});
  search.extend(Tokens{{{6, -1.0}, {8, -1.0}}, {{5, -1.0}, {6, -1.0}}});
  ASSERT_EQ(search.live().size(), 2U);
  EXPECT_EQ(search.live()[0].ids, (std::vector<int32_t>{9, 5}));
  EXPECT_EQ(search.live()[1].ids, (std::vector<int32_t>{4, 6}));
}

TEST(SentenceSearch, memory_moves_only_to_slots_that_nothing_lives_in) {
  SentenceSearch search({.beam = 3, .nbest = 3, .max_length = 10});
  auto moves = search.extend(Tokens{{{4, -1.0}, {5, -1.1}, {6, -1.2}}});
  ASSERT_EQ(moves.size(), 2U);  // the first child stays in slot 0
  EXPECT_EQ(moves[0].to + moves[1].to, 3);
  // Both children of the second hypothesis are best; the first one's only child is last.
  const int64_t parent = search.live()[1].slot;
  moves = search.extend(Tokens{{{7, -3.0}}, {{8, -0.1}, {9, -0.2}}, {{7, -9.0}}});
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].from, parent);
  EXPECT_EQ(search.live()[0].slot, parent);
  EXPECT_EQ(search.live()[1].slot, moves[0].to);
  EXPECT_EQ(search.live()[2].slot, 0);
  EXPECT_NE(moves[0].to, 0);
}

}  // namespace
}  // namespace heed::infer
