#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "apps/recommend/slate.h"

namespace heed::apps::recommend {
namespace {

// Three directions, and what they are worth.
struct Shop {
  explicit Shop(std::vector<std::pair<double, int>> values) {
    for (const auto& [value, direction] : values) {
      vectors.emplace_back(3, 0.0F);
      vectors.back()[static_cast<size_t>(direction)] = 1.0F;
      groups.push_back({direction});
      worth.push_back(value);
    }
    for (size_t i = 0; i < worth.size(); ++i)
      candidates.push_back({.value = worth[i], .vector = vectors[i], .groups = groups[i]});
  }
  std::vector<std::vector<float>> vectors;
  std::vector<std::vector<int32_t>> groups;
  std::vector<double> worth;
  std::vector<SlateCandidate> candidates;
};

using Places = std::vector<size_t>;

TEST(Slate, without_diversity_is_by_value) {
  const Shop shop({{0.9, 0}, {0.5, 1}, {0.8, 0}, {0.7, 0}});
  for (const Diversity method : {Diversity::mmr, Diversity::dpp})
    EXPECT_EQ(choose_slate(shop.candidates, {.places = 3, .method = method, .diversity = 0.0}),
              (Places{0, 2, 3}));
}

TEST(Slate, with_diversity_shows_every_direction_first) {
  const Shop shop({{0.9, 0}, {0.5, 1}, {0.8, 0}, {0.3, 2}});
  for (const Diversity method : {Diversity::mmr, Diversity::dpp}) {
    const Places chosen = choose_slate(shop.candidates, {.places = 3, .method = method, .diversity = 0.7});
    EXPECT_EQ(chosen, (Places{0, 1, 3}));
  }
}

// By hand: MMR at 0.4 of values over 0.9: after candidate 0, candidate 2 has 0.6 * 8/9 - 0.4 = 0.133,
// candidate 1 0.6 * 5/9 = 0.333.
TEST(Slate, weighs_value_against_likeness) {
  const Shop shop({{0.9, 0}, {0.5, 1}, {0.8, 0}});
  EXPECT_EQ(choose_slate(shop.candidates, {.places = 2, .diversity = 0.4}), (Places{0, 1}));
  EXPECT_EQ(choose_slate(shop.candidates, {.places = 2, .diversity = 0.1}), (Places{0, 2}));
}

TEST(Slate, holds_groups_to_their_cap) {
  const Shop shop({{0.9, 0}, {0.8, 0}, {0.7, 0}, {0.2, 1}});
  EXPECT_EQ(choose_slate(shop.candidates, {.places = 3, .diversity = 0.0, .cap = 1}), (Places{0, 3}));
  EXPECT_EQ(choose_slate(shop.candidates, {.places = 3, .diversity = 0.0, .cap = 2}), (Places{0, 1, 3}));
}

TEST(Slate, takes_what_there_is) {
  const Shop shop({{0.9, 0}});
  Random random(1);
  EXPECT_EQ(make_slate(shop.candidates, {.places = 5, .exploration = 0.5}, random).places.size(), 1U);
  EXPECT_TRUE(make_slate({}, {.places = 5}, random).places.empty());
}

// By hand: values 0.9, 0.5 and 0.8; of the three pairs two differ wholly.
TEST(Slate, is_worth_its_mean_and_as_different_as_its_pairs) {
  const Shop shop({{0.9, 0}, {0.5, 1}, {0.8, 0}});
  const SlateQuality all = quality_of(shop.candidates, Places{0, 1, 2});
  EXPECT_NEAR(all.value, 2.2 / 3, 1e-12);
  EXPECT_NEAR(all.difference, 2.0 / 3, 1e-12);
  EXPECT_EQ(quality_of(shop.candidates, Places{1}).difference, 0.0);
  EXPECT_EQ(quality_of(shop.candidates, Places{}).value, 0.0);
}

TEST(Slate, explores_as_often_as_it_says) {
  std::vector<std::pair<double, int>> values;
  for (int i = 0; i < 11; ++i) values.emplace_back(1.0 - 0.05 * i, i % 3);
  const Shop shop(values);
  const SlateOptions options{.places = 3, .diversity = 0.0, .exploration = 0.3, .pool = 7};
  std::map<std::pair<size_t, size_t>, double> seen, promised;
  constexpr int kRuns = 40000;
  Random random(11);
  for (int run = 0; run < kRuns; ++run) {
    const Slate slate = make_slate(shop.candidates, options, random);
    std::set<size_t> distinct;
    for (size_t p = 0; p < slate.places.size(); ++p) {
      seen[{p, slate.places[p].candidate}] += 1.0 / kRuns;
      distinct.insert(slate.places[p].candidate);
      for (const SlateChance& chance : slate.chances) {
        const bool shown = chance.candidate == slate.places[p].candidate;
        if (shown && chance.place == static_cast<int64_t>(p)) {
          EXPECT_EQ(chance.propensity, slate.places[p].propensity);
        }
      }
    }
    EXPECT_EQ(distinct.size(), 3U);
    if (run > 0) continue;
    std::vector<double> sums(3, 0.0);
    for (const SlateChance& chance : slate.chances) {
      promised[{static_cast<size_t>(chance.place), chance.candidate}] = chance.propensity;
      sums[static_cast<size_t>(chance.place)] += chance.propensity;
    }
    for (const double sum : sums) EXPECT_NEAR(sum, 1.0, 1e-12);
  }
  EXPECT_EQ(promised.size(), 10U);  // 3 chosen, 7 of the pool
  for (const auto& [place, propensity] : promised)
    EXPECT_NEAR(seen[place], propensity, 4.0 * std::sqrt(propensity * (1.0 - propensity) / kRuns))
        << place.second;
  for (const auto& [place, share] : seen)
    EXPECT_TRUE(promised.contains(place)) << place.second << " " << share;
}

}  // namespace
}  // namespace heed::apps::recommend
