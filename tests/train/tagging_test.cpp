#include "train/heads/tagging.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "train/gradients.h"

namespace heed::train {
namespace {

using torch::Tensor;

constexpr int64_t kEntities = 2, kTags = 5;

struct Field {
  Tensor begin, end, transitions, scores;

  explicit Field(int64_t pieces, int64_t seed) {
    torch::manual_seed(seed);
    begin = torch::randn({kTags}).requires_grad_(true);
    end = torch::randn({kTags}).requires_grad_(true);
    transitions = torch::randn({kTags, kTags}).requires_grad_(true);
    scores = torch::randn({pieces, kTags}).requires_grad_(true);
  }
  ConditionalField make() const { return {begin, end, transitions, kEntities}; }

  double score(const std::vector<int64_t>& tags) const {
    double sum = begin[tags.front()].item<double>() + end[tags.back()].item<double>();
    for (size_t t = 0; t < tags.size(); ++t) {
      sum += scores[static_cast<int64_t>(t)][tags[t]].item<double>();
      if (t > 0) sum += transitions[tags[t - 1]][tags[t]].item<double>();
    }
    return sum;
  }
};

bool allowed(const std::vector<int64_t>& tags) {
  for (size_t t = 0; t < tags.size(); ++t) {
    const bool within = tags[t] == 2 || tags[t] == 4;
    if (within && (t == 0 || (tags[t - 1] != tags[t] && tags[t - 1] != tags[t] - 1))) return false;
  }
  return true;
}

std::vector<std::vector<int64_t>> rows_of_tags(int64_t pieces) {
  std::vector<std::vector<int64_t>> rows;
  const auto count = static_cast<int64_t>(std::llround(std::pow(kTags, pieces)));
  for (int64_t number = 0; number < count; ++number) {
    std::vector<int64_t> tags;
    for (int64_t t = 0, left = number; t < pieces; ++t, left /= kTags) tags.push_back(left % kTags);
    if (allowed(tags)) rows.push_back(tags);
  }
  return rows;
}

double likelihood(const Field& field, const std::vector<int64_t>& tags) {
  return field.make()
      .negative_log_likelihood(field.scores, torch::tensor(tags, torch::kInt64))
      .item<double>();
}

TEST(TaggingField, counts_the_rows_that_bio_allows) {
  EXPECT_EQ(rows_of_tags(1).size(), 3U);   // O, B, B
  EXPECT_EQ(rows_of_tags(2).size(), 11U);  // O: 3 more; either B: 3 more and its I
}

TEST(TaggingField, likelihoods_are_those_of_all_rows_added_up) {
  for (int64_t pieces = 1; pieces <= 4; ++pieces) {
    const Field field(pieces, 10 + pieces);
    const auto rows = rows_of_tags(pieces);
    double all = 0.0, probabilities = 0.0;
    for (const auto& tags : rows) all += std::exp(field.score(tags));
    for (const auto& tags : rows) {
      const double expected = std::log(all) - field.score(tags);
      EXPECT_NEAR(likelihood(field, tags), expected, 1e-4);
      probabilities += std::exp(-likelihood(field, tags));
    }
    EXPECT_NEAR(probabilities, 1.0, 1e-4);
  }
}

TEST(TaggingField, finds_the_best_row_of_all) {
  for (int64_t seed = 1; seed <= 12; ++seed) {
    const int64_t pieces = 1 + seed % 4;
    const Field field(pieces, seed);
    double most = -std::numeric_limits<double>::infinity();
    std::vector<int64_t> best;
    for (const auto& tags : rows_of_tags(pieces)) {
      if (field.score(tags) <= most) continue;
      most = field.score(tags);
      best = tags;
    }
    EXPECT_EQ(field.make().best(field.scores), best) << seed;
  }
  EXPECT_TRUE(Field(1, 1).make().best(torch::empty({0, kTags})).empty());
}

TEST(TaggingField, has_the_gradient_of_its_central_difference) {
  const Field field(4, 5);
  const Tensor tags = torch::tensor({1, 2, 0, 3}, torch::kInt64);
  expect_gradients({field.begin, field.end, field.transitions, field.scores},
                   [&] { return field.make().negative_log_likelihood(field.scores, tags); });
}

}  // namespace
}  // namespace heed::train
