#include "kernels/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::kernels {
namespace {

std::vector<float> random_logits(int64_t count, double spread) {
  Random random(count);
  std::vector<float> logits(count);
  for (float& value : logits) value = static_cast<float>((random.uniform() - 0.5) * spread);
  return logits;
}

double log_sum(const std::vector<float>& logits) {
  const double greatest = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float value : logits) sum += std::exp(value - greatest);
  return greatest + std::log(sum);
}

TEST(CrossEntropy, is_that_of_the_definition_at_every_length) {
  for (const int64_t count : {1, 2, 7, 8, 9, 31, 1024, 1025, 8001}) {
    const std::vector<float> logits = random_logits(count, 12.0);
    double mean = 0.0;
    for (const float value : logits) mean += value / static_cast<double>(count);
    for (const int64_t label : {int64_t{0}, count / 2, count - 1}) {
      const RowLoss loss = cross_entropy(logits.data(), count, label);
      EXPECT_NEAR(loss.negative_log_likelihood, log_sum(logits) - logits[label], 1e-5) << count;
      EXPECT_NEAR(loss.uniform, log_sum(logits) - mean, 1e-4) << count;
      EXPECT_EQ(loss.correct, logits[label] == *std::ranges::max_element(logits)) << count;
    }
  }
}

TEST(CrossEntropy, leaves_its_gradient) {
  constexpr double kSmoothing = 0.1, kScale = 0.25;
  for (const int64_t count : {1, 5, 64, 1500}) {
    const std::vector<float> logits = random_logits(count, 8.0);
    const int64_t label = count / 3;
    std::vector<float> gradient = logits;
    const RowLoss loss = cross_entropy_gradient(gradient.data(), count, label, kSmoothing, kScale);
    EXPECT_DOUBLE_EQ(loss.negative_log_likelihood,
                     cross_entropy(logits.data(), count, label).negative_log_likelihood);
    for (int64_t i = 0; i < count; ++i) {
      const double wanted = (i == label ? 1.0 - kSmoothing : 0.0) + kSmoothing / static_cast<double>(count);
      EXPECT_NEAR(gradient[i], kScale * (std::exp(logits[i] - log_sum(logits)) - wanted), 1e-6) << i;
    }
  }
}

TEST(CrossEntropy, of_logits_far_apart_overflows_nowhere) {
  std::vector<float> logits = {-3e4F, 0.0F, 3e4F};
  EXPECT_NEAR(cross_entropy(logits.data(), 3, 0).negative_log_likelihood, 6e4, 1e-2);
  EXPECT_EQ(cross_entropy(logits.data(), 3, 2).negative_log_likelihood, 0.0);
  logits[1] = NAN;
  EXPECT_TRUE(std::isnan(cross_entropy(logits.data(), 3, 0).negative_log_likelihood));
}

}  // namespace
}  // namespace heed::kernels
