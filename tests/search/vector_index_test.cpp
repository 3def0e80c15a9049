#include "search/vector_index.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "search/vectors.h"

namespace heed::search {
namespace {

constexpr int64_t kDim = 32;

// Vectors around 50 centres, as texts about as many topics would have.
std::vector<float> clustered(int64_t count, uint64_t seed) {
  const std::vector<float> centres = random_vectors(50, kDim, 1);
  std::vector<float> values = random_vectors(count, kDim, seed);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 0.5F * values[i] + centres[(i / kDim % 50) * kDim + i % kDim];
  return values;
}

VectorSet clustered_set(int64_t count) {
  const std::vector<float> values = clustered(count, 2);
  VectorSet set(kDim, "clusters");
  for (int64_t i = 0; i < count; ++i)
    set.add("v" + std::to_string(i), std::span(values).subspan(static_cast<size_t>(i * kDim), kDim));
  return set;
}

TEST(VectorIndex, below_the_wanted_number_it_is_exact) {
  const VectorIndex index(clustered_set(500), {.approximate_from = 501});
  EXPECT_FALSE(index.is_approximate());
  const std::vector<float> queries = clustered(30, 3);
  EXPECT_EQ(index.recall(queries, 10), 1);
  EXPECT_EQ(index.find(std::span(queries).first(kDim), 10),
            index.vectors().find(std::span(queries).first(kDim), 10));
}

TEST(VectorIndex, from_it_on_nearly_all_of_the_nearest_are_found) {
  const VectorIndex index(clustered_set(4000), {.approximate_from = 4000});
  EXPECT_TRUE(index.is_approximate());
  EXPECT_GE(index.recall(clustered(200, 4), 10), 0.98);
}

TEST(VectorIndex, a_wider_search_finds_more) {
  const std::vector<float> queries = random_vectors(200, kDim, 5);
  const VectorIndex narrow(random_set(3000, kDim, 6),
                           {.approximate_from = 1, .links = 4, .search_width = 10});
  const VectorIndex wide(random_set(3000, kDim, 6), {.approximate_from = 1, .links = 4, .search_width = 400});
  EXPECT_LT(narrow.recall(queries, 10), wide.recall(queries, 10));
}

TEST(VectorIndex, scores_are_those_of_the_exact_search) {
  const VectorIndex index(clustered_set(2000), {.approximate_from = 1});
  const std::vector<float> queries = clustered(20, 7);
  for (size_t q = 0; q < 20; ++q) {
    const std::span<const float> query = std::span(queries).subspan(q * kDim, kDim);
    const Hits exact = index.vectors().find(query, 2000);
    for (const Hit& hit : index.find(query, 10)) EXPECT_THAT(exact, testing::Contains(hit));
  }
}

TEST(VectorIndex, two_builds_and_many_threads_answer_alike) {
  const VectorIndex first(clustered_set(1500), {.approximate_from = 1}),
      second(clustered_set(1500), {.approximate_from = 1});
  const std::vector<float> queries = clustered(40, 8);
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong) {
      threads.emplace_back([&] {
        for (size_t q = 0; q < 40; ++q) {
          const std::span<const float> query = std::span(queries).subspan(q * kDim, kDim);
          count += first.find(query, 10) != second.find(query, 10);
        }
      });
    }
  }
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST(VectorIndex, awkward_questions_are_answered_as_exactly) {
  const VectorIndex index(clustered_set(100), {.approximate_from = 1});
  const std::vector<float> query = clustered(1, 9);
  EXPECT_EQ(index.find(query, 1000).size(), 100U);
  EXPECT_TRUE(index.find(std::vector<float>(kDim, 0), 5).empty());
  expect_error(ErrorCode::invalid_argument, {"query of 32"},
               [&] { index.find(std::vector<float>(3, 1), 5); });
  expect_error(ErrorCode::invalid_argument, {"limit"}, [&] { index.find(query, 0); });
  const VectorIndex empty(VectorSet(kDim, "none"), {.approximate_from = 0});
  EXPECT_TRUE(empty.find(query, 5).empty());
  EXPECT_TRUE(std::isnan(empty.recall(query, 5)));
  expect_error(ErrorCode::invalid_argument, {"links", "found 1"},
               [] { VectorIndex(VectorSet(kDim, "none"), {.links = 1}); });
}

}  // namespace
}  // namespace heed::search
