#include "train/network.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

using torch::Tensor;

class NetworkTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    write_small_tables(folder_.path(), 60);
    Recipe recipe = small_recipe(folder_.path(), GetParam());
    if (!GetParam()) {
      recipe.model.ngrams.buckets = 300;
      recipe.heads.push_back({.name = "tags", .label = "tags", .multi_label = true});
    }
    const Corpus corpus = load_corpus(recipe);
    network_ = std::make_unique<Network>(corpus.config, 3);
    network_->start_from(corpus);
    batch_ = make_batch(corpus.train.examples, {0, 5, 2, 11, 7, 20}, corpus.config);
  }
  // Every weight's gradient, one after another; of one that has none, zeros.
  Tensor gradient(const LossOptions& options, const DropoutPlan& plan) const {
    network_->loss(batch_, options, plan).mean.backward();
    std::vector<Tensor> all;
    for (const auto& [name, tensor] : network_->parameters().all()) {
      const Tensor found = std::exchange(Tensor(tensor).mutable_grad(), Tensor());
      all.push_back((found.defined() ? found.to_dense() : torch::zeros_like(tensor)).reshape(-1).detach());
    }
    return torch::cat(all);
  }
  double loss(const LossOptions& options, const DropoutPlan& plan) const {
    return network_->loss(batch_, options, plan).mean.item<double>();
  }
  TemporaryFolder folder_;
  std::unique_ptr<Network> network_;
  Batch batch_;
};
INSTANTIATE_TEST_SUITE_P(Architectures, NetworkTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "translation" : "classification"; });

const DropoutPlan kPlan{
    .rate = 0.2, .attention_rate = 0.1, .embedding_rate = 0.2, .ngram_rate = 0.2, .seed = 4};

TEST_P(NetworkTest, r_drop_without_dropout_is_the_plain_loss) {
  const LossOptions plain{.smoothing = 0.1}, twice{.smoothing = 0.1, .r_drop = 4.0};
  EXPECT_NEAR(loss(twice, {}), loss(plain, {}), 1e-6);
  EXPECT_TRUE(torch::allclose(gradient(twice, {}), gradient(plain, {}), 1e-3, 1e-6));
}

TEST_P(NetworkTest, r_drop_adds_what_two_passes_differ_by_and_reports_the_first) {
  const LossOptions plain{}, twice{.r_drop = 1e-9}, strongly{.r_drop = 4.0};
  EXPECT_GT(loss(strongly, kPlan), loss(twice, kPlan) + 1e-3);
  EXPECT_NE(loss(twice, kPlan), loss(plain, kPlan));  // the second pass drops others
  const Loss one = network_->loss(batch_, plain, kPlan), two = network_->loss(batch_, strongly, kPlan);
  EXPECT_NEAR(two.negative_log_likelihood, one.negative_log_likelihood, 1e-3);
  EXPECT_EQ(two.correct, one.correct);
  EXPECT_EQ(two.units, one.units);
}

TEST_P(NetworkTest, every_dropout_has_a_rate_of_its_own) {
  const double none = loss({}, {});
  const DropoutPlan plans[] = {{.rate = 0.3, .seed = 1},           {.attention_rate = 0.3, .seed = 1},
                               {.embedding_rate = 0.3, .seed = 1}, {.token_rate = 0.3, .seed = 1},
                               {.layer_rate = 0.9, .seed = 1},     {.ngram_rate = 0.3, .seed = 1}};
  std::vector<double> losses;
  for (const DropoutPlan& plan : plans) losses.push_back(loss({}, plan));
  if (GetParam()) {  // translation has no n-grams
    EXPECT_EQ(losses.back(), none);
    losses.pop_back();
  }
  losses.push_back(none);
  std::sort(losses.begin(), losses.end());
  EXPECT_EQ(std::adjacent_find(losses.begin(), losses.end()), losses.end());
}

TEST_P(NetworkTest, a_plan_without_layer_and_token_dropout_draws_no_seeds_for_them) {
  DropoutPlan plan = kPlan;
  EXPECT_FALSE(plan.skips_branch());
  EXPECT_EQ(plan.seed, kPlan.seed);
  DropoutPlan with = kPlan, without = kPlan;
  with.token_rate = 1e-12;  // a rate that drops nothing, and yet draws
  network_->encode(batch_.source, with);
  network_->encode(batch_.source, without);
  EXPECT_EQ(with.seed, mix64(without.seed));
}

TEST_P(NetworkTest, layers_whose_branches_are_all_skipped_learn_nothing) {
  network_->loss(batch_, {}, {.layer_rate = 1.0, .seed = 1}).mean.backward();
  int layers = 0;
  for (const auto& [name, tensor] : network_->parameters().all()) {
    const bool in_layer = name.find(".layers.") != std::string::npos;
    layers += in_layer;
    EXPECT_FALSE(in_layer && tensor.grad().defined()) << name;
  }
  EXPECT_GT(layers, 0);
  EXPECT_TRUE(network_->parameters().at("embedding.weight").grad().defined());
}

TEST(DropoutPlan, skips_its_share_of_branches) {
  DropoutPlan plan{.layer_rate = 0.2, .seed = 11};
  int skipped = 0;
  for (int i = 0; i < 10000; ++i) skipped += plan.skips_branch();
  EXPECT_NEAR(skipped / 10000.0, 0.2, 0.015);
}

TEST(NetworkMixup, changes_the_loss_and_not_the_figures_reported) {
  const TemporaryFolder folder;
  write_small_tables(folder.path(), 60);
  const Corpus corpus = load_corpus(small_recipe(folder.path(), false));
  const Network network(corpus.config, 3);
  const Batch batch = make_batch(corpus.train.examples, {0, 5, 2, 11, 7, 20}, corpus.config);
  const Loss plain = network.loss(batch, {}, kPlan), mixed = network.loss(batch, {.mixup = 1.0}, kPlan);
  EXPECT_NE(mixed.mean.item<double>(), plain.mean.item<double>());
  EXPECT_EQ(mixed.negative_log_likelihood, plain.negative_log_likelihood);
  EXPECT_EQ(mixed.correct, plain.correct);
}

}  // namespace
}  // namespace heed::train
