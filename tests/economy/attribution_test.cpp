#include "economy/attribution.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include "base/expect_error.h"

namespace heed::economy {
namespace {

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// Gloves: players 0 and 1 have a left one, 2 a right one; a pair is worth 1 (Shapley: 1/6, 1/6, 4/6).
double gloves(std::span<const uint8_t> members) {
  return members[2] && (members[0] || members[1]) ? 1.0 : 0.0;
}

TEST(Shapley, of_the_glove_game_is_known) {
  const auto shares = exact_shapley(3, gloves).shares;
  EXPECT_NEAR(shares[0], 1.0 / 6, 1e-12);
  EXPECT_NEAR(shares[1], 1.0 / 6, 1e-12);
  EXPECT_NEAR(shares[2], 4.0 / 6, 1e-12);
}

TEST(Shapley, of_twelve_players_sums_to_the_total_and_follows_symmetry) {
  const CoalitionValue value = [](std::span<const uint8_t> members) {
    double weight = 0;
    for (size_t i = 0; i < members.size(); ++i) weight += members[i] * static_cast<double>(1 + i / 2);
    return 5 + std::sqrt(weight);
  };
  const auto shares = exact_shapley(12, value).shares;
  EXPECT_NEAR(sum(shares), std::sqrt(42), 1e-9);
  for (size_t i = 0; i < 12; i += 2) EXPECT_NEAR(shares[i], shares[i + 1], 1e-12);
  EXPECT_GT(shares[11], shares[0]);
}

TEST(Shapley, sampled_agrees_with_exact_within_its_error_and_sums_to_the_total) {
  const CoalitionValue value = [](std::span<const uint8_t> members) {
    double product = 1;
    for (size_t i = 0; i < members.size(); ++i)
      product *= members[i] ? 1.0 - 0.07 * static_cast<double>(i) : 1.0;
    return 1 - product;
  };
  const auto exact = exact_shapley(10, value).shares;
  const Attribution sampled = sampled_shapley(10, value, {.orders = 2000, .seed = 4});
  EXPECT_NEAR(sum(sampled.shares), sum(exact), 1e-9);
  for (size_t i = 0; i < 10; ++i)
    EXPECT_LE(std::abs(sampled.shares[i] - exact[i]), 4.5 * sampled.errors[i] + 1e-12);
}

TEST(Shapley, of_two_hundred_players_is_sampled) {
  const CoalitionValue value = [](std::span<const uint8_t> members) {
    return std::pow(static_cast<double>(std::accumulate(members.begin(), members.end(), 0)), 0.7);
  };
  const Attribution sampled = sampled_shapley(200, value, {.orders = 100});
  EXPECT_NEAR(sum(sampled.shares), std::pow(200, 0.7), 1e-9);
  for (size_t i = 0; i < 200; ++i)
    EXPECT_NEAR(sampled.shares[i], std::pow(200, 0.7) / 200, 6 * sampled.errors[i] + 1e-9);
}

TEST(Shapley, refuses_too_many_players_and_values_that_are_not_finite) {
  expect_error(ErrorCode::too_large, {"at most 20"}, [] { exact_shapley(21, gloves); });
  expect_error(ErrorCode::invalid_argument, {"at least 1"}, [] { exact_shapley(0, gloves); });
  expect_error(ErrorCode::invalid_argument, {"finite"}, [] { exact_shapley(3, [](auto) { return NAN; }); });
  expect_error(ErrorCode::invalid_argument, {"2 orders"}, [] { sampled_shapley(3, gloves, {.orders = 1}); });
}

// start -> a -> b -> buys (half), start -> a -> nothing (half): without b none buys, without a neither.
TEST(MarkovRemoval, shares_a_single_way_among_its_touches) {
  const auto shares = markov_removal(std::vector<Path>{{{"a", "b"}, 10.0, 1}, {{"a"}, 0.0, 1}});
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_NEAR(shares[0].removal_effect, 1, 1e-9);
  EXPECT_NEAR(shares[1].removal_effect, 1, 1e-9);
  EXPECT_NEAR(shares[0].share, 5, 1e-9);
  EXPECT_NEAR(shares[1].share, 5, 1e-9);
}

// Conversion 0.5 by a, 0.25 by b of each half: P = 3/8; without a 1/8, without b 1/4.
TEST(MarkovRemoval, of_two_ways_is_worked_by_hand) {
  const auto shares =
      markov_removal(std::vector<Path>{{{"a"}, 1, 2}, {{"a"}, 0, 2}, {{"搜索"}, 1, 1}, {{"搜索"}, 0, 3}});
  EXPECT_NEAR(shares[0].removal_effect, 2.0 / 3, 1e-9);
  EXPECT_NEAR(shares[1].removal_effect, 1.0 / 3, 1e-9);
  EXPECT_NEAR(shares[0].share, 2, 1e-9);
  EXPECT_NEAR(shares[1].share, 1, 1e-9);
}

TEST(MarkovRemoval, takes_loops_and_paths_without_conversions) {
  const auto loops =
      markov_removal(std::vector<Path>{{{"a", "b", "a", "b", "a"}, 1, 3}, {{"b"}, 0, 1}, {{}, 0, 5}});
  EXPECT_NEAR(loops[0].share + loops[1].share, 3, 1e-9);
  for (const TouchShare& one : markov_removal(std::vector<Path>{{{"a"}, 0, 4}})) EXPECT_EQ(one.share, 0);
  expect_error(ErrorCode::invalid_argument, {"found none"}, [] { markov_removal(std::vector<Path>()); });
  expect_error(ErrorCode::invalid_argument, {"paths[0]"}, [] {
    markov_removal(std::vector<Path>{{{"a"}, -1, 1}});
  });
}

}  // namespace
}  // namespace heed::economy
