#include "train/mixup.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "train/heads/classification.h"

namespace heed::train {
namespace {

using torch::Tensor;

TEST(Mixup, draws_its_share_from_the_beta_distribution) {
  for (const double alpha : {0.2, 1.0, 4.0}) {
    constexpr int kDraws = 20000;
    double sum = 0.0, squares = 0.0;
    for (uint64_t seed = 0; seed < kDraws; ++seed) {
      const double share = draw_mixing(2, alpha, seed).share;
      ASSERT_TRUE(share >= 0.0 && share <= 1.0) << share;
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    EXPECT_NEAR(sum / kDraws, 0.5, 0.01) << alpha;
    EXPECT_NEAR(squares / kDraws, 0.25 / (2.0 * alpha + 1.0), 0.005) << alpha;
  }
}

TEST(Mixup, of_a_tiny_alpha_takes_one_of_the_two_texts) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const double share = draw_mixing(2, 1e-6, seed).share;
    EXPECT_TRUE(share < 1e-6 || share > 1.0 - 1e-6) << share;
  }
}

TEST(Mixup, gives_every_text_one_partner_by_the_seed_alone) {
  const Mixing mixing = draw_mixing(50, 0.4, 9), again = draw_mixing(50, 0.4, 9),
               other = draw_mixing(50, 0.4, 10);
  EXPECT_TRUE(torch::equal(mixing.partners, again.partners));
  EXPECT_EQ(mixing.share, again.share);
  EXPECT_FALSE(torch::equal(mixing.partners, other.partners));
  EXPECT_NE(mixing.share, other.share);
  EXPECT_TRUE(torch::equal(std::get<0>(mixing.partners.sort()), torch::arange(50)));
}

TEST(Mixup, mixes_votes_and_losses_by_hand) {
  const Mixing mixing{.share = 0.75, .partners = torch::tensor({1, 0}, torch::kInt64)};
  const Tensor vote = torch::tensor({{4.0F, 0.0F}, {0.0F, 8.0F}});
  const auto mixed = mixing.mix({vote, vote * 2.0});
  ASSERT_EQ(mixed.size(), 2U);
  EXPECT_TRUE(torch::equal(mixed[0], torch::tensor({{3.0F, 2.0F}, {1.0F, 6.0F}})));
  EXPECT_TRUE(torch::equal(mixed[1], mixed[0] * 2.0));
  const Tensor labels = torch::tensor({0, 1}, torch::kInt64);
  // Cross-entropy of a logit against the other is log(1 + exp(other - own)).
  const auto against = [](double difference) { return std::log1p(std::exp(difference)); };
  const double expected =
      0.5 * (0.75 * against(-1) + 0.25 * against(1) + 0.75 * against(-5) + 0.25 * against(5));
  const Tensor loss =
      mixing.mix_losses(labels, [&](const Tensor& wanted) { return class_loss(mixed[0], wanted, {}); });
  EXPECT_NEAR(loss.item<double>(), expected, 1e-6);
}

TEST(Mixup, without_partners_leaves_everything_as_it_is) {
  const Tensor vote = torch::tensor({{4.0F, 0.0F}});
  EXPECT_TRUE(Mixing().mix({vote})[0].is_same(vote));
}

}  // namespace
}  // namespace heed::train
