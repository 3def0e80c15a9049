#include "train/kept_weights.h"

#include <set>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"

namespace heed::train {
namespace {

using Steps = std::vector<int64_t>;

const std::vector<Validation> kFive = {{10, 0.5}, {20, 0.2}, {30, 0.4}, {40, 0.2}, {50, 0.3}};

Parameters small_parameters() {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  config.dim = config.ffn_dim = 4;
  config.heads = config.key_heads = 1;
  config.encoder_layers = 1;
  config.decoder_layers = 0;
  config.source_vocabulary = 6;
  return {config, 1};
}

void fill(const Parameters& parameters, double value) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : parameters.all()) torch::Tensor(tensor).fill_(value);
}

TEST(KeptWeights, knows_the_last_and_the_best_validations) {
  const KeptWeights loss(".", {.last = 3, .best = 2, .greater_is_better = false});
  EXPECT_EQ(loss.last(kFive), (Steps{30, 40, 50}));
  EXPECT_EQ(loss.best(kFive), (Steps{20, 40}));
  const KeptWeights accuracy(".", {.last = 9, .best = 3, .greater_is_better = true});
  EXPECT_EQ(accuracy.last(kFive), (Steps{10, 20, 30, 40, 50}));  // as many as there are
  EXPECT_EQ(accuracy.best(kFive), (Steps{10, 30, 50}));
  const KeptWeights one(".", {.last = 0, .best = 1, .greater_is_better = false});
  EXPECT_EQ(one.best(kFive), (Steps{20}));  // the earlier of two equals
  EXPECT_TRUE(one.last(kFive).empty());
}

TEST(KeptWeights, the_mean_is_of_every_element_and_leaves_the_parameters_alone) {
  const TemporaryFolder folder;
  const Parameters parameters = small_parameters();
  const KeptWeights kept(folder.path(), {.last = 3});
  for (const double value : {1.0, 2.0, 6.0}) {
    fill(parameters, value);
    kept.keep(static_cast<int64_t>(value), parameters);
  }
  const auto mean = kept.mean({1, 2, 6}, parameters);
  ASSERT_EQ(mean.size(), parameters.all().size());
  for (size_t i = 0; i < mean.size(); ++i) {
    EXPECT_TRUE(torch::allclose(mean[i], torch::full_like(mean[i], 3.0)));
    EXPECT_TRUE(parameters.all()[i].second.eq(6.0).all().item<bool>());
  }
}

TEST(KeptWeights, files_that_neither_mean_needs_are_removed_and_no_others) {
  const TemporaryFolder folder;
  const Parameters parameters = small_parameters();
  const KeptWeights kept(folder.path(), {.last = 1, .best = 2});
  for (const Validation& validation : kFive) kept.keep(validation.step, parameters);
  save_weights(folder / "best.safetensors", parameters);
  kept.prune(kFive);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"best.safetensors", "weights-20.safetensors",
                                          "weights-40.safetensors", "weights-50.safetensors"}));
}

TEST(KeptWeights, nothing_is_kept_unless_asked) {
  const TemporaryFolder folder;
  KeptWeights(folder.path(), {}).keep(1, small_parameters());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace heed::train
