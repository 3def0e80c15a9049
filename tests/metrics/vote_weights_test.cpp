#include "metrics/vote_weights.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "metrics/temperature.h"

namespace heed::metrics {
namespace {

struct Rows {
  std::vector<float> good, noise;
  std::vector<int32_t> labels;
};

// `good` points at the label most of the time, `noise` anywhere.
Rows rows(int64_t count, int64_t classes) {
  Random random(5);
  Rows made;
  for (int64_t i = 0; i < count; ++i) {
    const auto label = static_cast<int32_t>(random.below(static_cast<uint64_t>(classes)));
    made.labels.push_back(label);
    for (int64_t c = 0; c < classes; ++c) {
      made.good.push_back(static_cast<float>(random.normal() + (c == label ? 2.0 : 0.0)));
      made.noise.push_back(static_cast<float>(random.normal()));
    }
  }
  return made;
}

double loss(const Rows& made, double a, double b, int64_t classes) {
  double sum = 0.5 * ((a - 1) * (a - 1) + (b - 1) * (b - 1));
  for (size_t i = 0; i < made.labels.size(); ++i) {
    double total = 0.0, wanted = 0.0;
    for (int64_t c = 0; c < classes; ++c) {
      const size_t at = i * static_cast<size_t>(classes) + static_cast<size_t>(c);
      const double logit = a * made.good[at] + b * made.noise[at];
      total += std::exp(logit);
      if (c == made.labels[i]) wanted = logit;
    }
    sum += std::log(total) - wanted;
  }
  return sum;
}

TEST(VoteWeights, silence_noise_and_keep_what_knows) {
  const Rows made = rows(2000, 4);
  const std::vector<std::span<const float>> votes{made.good, made.noise};
  const auto weights = fit_vote_weights(votes, made.labels, 4);
  EXPECT_NEAR(weights[0], 2.0, 0.2);  // the log odds of two normals a distance of 2 apart
  EXPECT_NEAR(weights[1], 0.0, 0.1);
}

TEST(VoteWeights, are_where_no_neighbour_is_better) {
  const Rows made = rows(300, 3);
  const std::vector<std::span<const float>> votes{made.good, made.noise};
  const auto weights = fit_vote_weights(votes, made.labels, 3);
  const double least = loss(made, weights[0], weights[1], 3);
  for (const double step : {-0.01, 0.01}) {
    EXPECT_LE(least, loss(made, weights[0] + step, weights[1], 3));
    if (weights[1] + step >= 0) {
      EXPECT_LE(least, loss(made, weights[0], weights[1] + step, 3));
    }
  }
}

TEST(VoteWeights, of_one_vote_is_the_inverse_of_its_temperature) {
  const Rows made = rows(5000, 4);
  const std::vector<std::span<const float>> votes{made.good};
  const double temperature = fit_temperature(made.good, made.labels, 4);
  EXPECT_NEAR(fit_vote_weights(votes, made.labels, 4)[0] * temperature, 1.0, 0.01);
}

TEST(VoteWeights, of_no_rows_are_one) {
  const std::vector<std::span<const float>> votes(2);
  EXPECT_EQ(fit_vote_weights(votes, {}, 3), (std::vector<double>{1.0, 1.0}));
}

TEST(VoteWeights, of_rows_that_are_all_right_stay_moderate) {
  const std::vector<float> right{9, 0, 0, 9};
  const std::vector<int32_t> labels{0, 1};
  const std::vector<std::span<const float>> votes{right, right};
  for (const double weight : fit_vote_weights(votes, labels, 2)) EXPECT_NEAR(weight, 1.0, 0.1);
}

TEST(VoteWeights, refuse_lengths_that_differ) {
  const std::vector<float> vote{1, 2, 3};
  const std::vector<int32_t> labels{0, 1};
  const std::vector<std::span<const float>> votes{vote};
  EXPECT_THROW(fit_vote_weights(votes, labels, 2), Error);
}

}  // namespace
}  // namespace heed::metrics
