#include "infer/heads/conditional_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::infer {
namespace {

constexpr int64_t kTags = 5;  // two entities

std::vector<float> random_numbers(Random& random, int64_t count) {
  std::vector<float> numbers;
  while (static_cast<int64_t>(numbers.size()) < count)
    numbers.push_back(static_cast<float>(1.5 * random.normal()));
  return numbers;
}

struct Case {
  std::vector<float> begin, end, transitions, scores;
  int64_t pieces;

  explicit Case(uint64_t seed, int64_t count) : pieces(count) {
    Random random(seed);
    begin = random_numbers(random, kTags);
    end = random_numbers(random, kTags);
    transitions = random_numbers(random, kTags * kTags);
    scores = random_numbers(random, kTags * count);
  }
  ConditionalField field() const { return {begin, end, transitions}; }

  // Of every row of tags that BIO allows, its score.
  template <class Visit>
  void every_row(Visit visit) const {
    std::vector<int64_t> tags(static_cast<size_t>(pieces), 0);
    for (;;) {
      if (allowed(tags)) visit(tags, score(tags));
      size_t at = 0;
      while (at < tags.size() && ++tags[at] == kTags) tags[at++] = 0;
      if (at == tags.size()) return;
    }
  }

 private:
  static bool allowed(const std::vector<int64_t>& tags) {
    for (size_t i = 0; i < tags.size(); ++i) {
      const bool within = tags[i] > 0 && tags[i] % 2 == 0;
      if (within && (i == 0 || (tags[i - 1] != tags[i] && tags[i - 1] != tags[i] - 1))) return false;
    }
    return true;
  }
  double score(const std::vector<int64_t>& tags) const {
    double sum = static_cast<double>(begin[static_cast<size_t>(tags.front())]) +
                 static_cast<double>(end[static_cast<size_t>(tags.back())]);
    for (size_t i = 0; i < tags.size(); ++i) {
      sum += static_cast<double>(scores[i * kTags + static_cast<size_t>(tags[i])]);
      if (i > 0) sum += static_cast<double>(transitions[static_cast<size_t>(tags[i - 1] * kTags + tags[i])]);
    }
    return sum;
  }
};

TEST(ConditionalField, finds_the_best_row_of_all) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Case one(seed, 1 + static_cast<int64_t>(seed % 5));
    double most = -std::numeric_limits<double>::infinity();
    std::vector<int64_t> best;
    one.every_row([&](const std::vector<int64_t>& tags, double score) {
      if (score <= most) return;
      most = score;
      best = tags;
    });
    EXPECT_EQ(one.field().best(one.scores), best) << seed;
  }
}

TEST(ConditionalField, adds_up_every_row_that_is_allowed) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Case one(seed, 1 + static_cast<int64_t>(seed % 5));
    double sum = 0.0;
    one.every_row([&](const std::vector<int64_t>&, double score) { sum += std::exp(score); });
    EXPECT_NEAR(one.field().log_sum(one.scores), std::log(sum), 1e-9) << seed;
  }
}

TEST(ConditionalField, a_span_is_as_probable_as_the_rows_that_have_it) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Case one(seed, 4);
    const std::vector<TagSpan> asked = {{0, 0, 1}, {1, 1, 3}, {0, 2, 4}, {1, 0, 4}, {1, 3, 4}};
    std::vector<double> sums(asked.size(), 0.0);
    double all = 0.0;
    one.every_row([&](const std::vector<int64_t>& tags, double score) {
      all += std::exp(score);
      const auto spans = spans_of_tags(tags);
      for (size_t i = 0; i < asked.size(); ++i) {
        if (std::find(spans.begin(), spans.end(), asked[i]) != spans.end()) sums[i] += std::exp(score);
      }
    });
    const auto found = one.field().probabilities(one.scores, asked);
    for (size_t i = 0; i < asked.size(); ++i) EXPECT_NEAR(found[i], sums[i] / all, 1e-9) << seed << " " << i;
  }
}

TEST(ConditionalField, never_goes_on_from_nothing) {
  Case one(3, 6);
  for (size_t i = 0; i < one.scores.size(); ++i) one.scores[i] = (i % kTags) % 2 == 0 ? 50.0F : 0.0F;
  const auto tags = one.field().best(one.scores);
  for (size_t i = 0; i < tags.size(); ++i) {
    const bool within = tags[i] > 0 && tags[i] % 2 == 0;
    if (within) {
      ASSERT_GT(i, 0U);
      EXPECT_TRUE(tags[i - 1] == tags[i] || tags[i - 1] == tags[i] - 1);
    }
  }
}

TEST(ConditionalField, has_no_tags_for_no_pieces) {
  EXPECT_TRUE(Case(1, 1).field().best({}).empty());
  EXPECT_TRUE(Case(1, 1).field().probabilities({}, {}).empty());
}

}  // namespace
}  // namespace heed::infer
