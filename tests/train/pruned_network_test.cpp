#include "train/pruned_network.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

class PrunedNetwork : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    write_small_tables(folder_.path(), 60);
    Recipe recipe = small_recipe(folder_.path(), GetParam());
    recipe.model.encoder_layers = 3;
    recipe.model.decoder_layers = GetParam() ? 2 : 0;
    recipe.model.heads = recipe.model.key_heads = 4;
    recipe.model.activation = GetParam() ? "relu" : "swiglu";
    recipe.model.attention.learned_temperature = true;
    recipe.model.attention.score = "additive";
    recipe.model.attention.bias = "relative";
    corpus_ = std::make_unique<Corpus>(load_corpus(recipe));
    network_ = std::make_unique<Network>(corpus_->config, 3);
    batch_ = make_batch(corpus_->train.examples, {0, 5, 2, 11}, corpus_->config);
  }
  double loss(const Network& network) const { return network.loss(batch_, {}, {}).negative_log_likelihood; }
  // Lets what a block's part gives count for nothing.
  void silence(const std::string& weight, int64_t begin, int64_t width) const {
    network_->parameters().at(weight).detach().narrow(1, begin, width).zero_();
  }
  // Names of the weights that end so.
  std::vector<std::string> ending(const std::string& end) const {
    std::vector<std::string> names;
    for (const auto& [name, weight] : network_->parameters().all()) {
      if (name.ends_with(end)) names.push_back(name);
    }
    return names;
  }
  static std::string block(const std::string& name) {
    return name.substr(0, name.rfind('.', name.rfind('.') - 1));
  }
  TemporaryFolder folder_;
  std::unique_ptr<Corpus> corpus_;
  std::unique_ptr<Network> network_;
  Batch batch_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, PrunedNetwork, testing::Bool(),
                         [](const auto& info) { return info.param ? "translation" : "classification"; });

TEST_P(PrunedNetwork, with_all_that_it_had_answers_the_same) {
  EXPECT_EQ(loss(pruned_network(*network_, {})), loss(*network_));
}

TEST_P(PrunedNetwork, answers_the_same_without_units_that_give_nothing) {
  KeptParts kept;
  for (const std::string& name : ending(".down.weight")) {
    silence(name, 3, 2);
    silence(name, 30, 1);
    auto& units = kept.units[block(name)];
    for (int64_t unit = 0; unit < 32; ++unit) {
      if (unit != 3 && unit != 4 && unit != 30) units.push_back(unit);
    }
  }
  const Network left = pruned_network(*network_, kept);
  EXPECT_EQ(left.config().ffn_dim, 29);
  EXPECT_NEAR(loss(left), loss(*network_), 1e-4);
}

TEST_P(PrunedNetwork, answers_the_same_without_heads_that_give_nothing) {
  KeptParts kept;
  int64_t silent = 0;  // another head in each block
  for (const std::string& name : ending("_attention.output.weight")) {
    silence(name, 4 * silent, 4);
    auto& heads = kept.heads[block(name)];
    for (int64_t head = 0; head < 4; ++head) {
      if (head != silent) heads.push_back(head);
    }
    silent = (silent + 1) % 4;
  }
  const Network left = pruned_network(*network_, kept);
  EXPECT_EQ(left.config().heads, 3);
  EXPECT_EQ(left.config().head_width(), 4);
  EXPECT_NEAR(loss(left), loss(*network_), 1e-4);
}

TEST_P(PrunedNetwork, answers_the_same_without_a_layer_that_gives_nothing) {
  KeptParts kept{.encoder_layers = {0, 2}};
  std::vector<std::string> gone = {"encoder.layers.1."};
  if (GetParam()) {
    kept.decoder_layers = {1};
    gone.emplace_back("decoder.layers.0.");
  }
  for (const auto& [name, weight] : network_->parameters().all()) {
    const bool last = name.find(".output.") != name.npos || name.find(".down.") != name.npos;
    for (const std::string& layer : gone) {
      if (last && name.starts_with(layer)) weight.detach().zero_();
    }
  }
  const Network left = pruned_network(*network_, kept);
  EXPECT_EQ(left.config().encoder_layers, 2);
  EXPECT_NEAR(loss(left), loss(*network_), 1e-4);
}

TEST_P(PrunedNetwork, takes_the_rows_of_the_pieces_that_stay) {
  const KeptParts kept{
      .source_pieces = {0, 1, 2, 5, 9},
      .target_pieces = GetParam() ? std::vector<int64_t>{0, 1, 2, 4} : std::vector<int64_t>{}};
  const Network left = pruned_network(*network_, kept);
  const torch::Tensor& table = network_->parameters().at("embedding.weight");
  EXPECT_TRUE(left.parameters().at("embedding.weight")[4].equal(table[9]));
  EXPECT_EQ(left.config().source_vocabulary, 5);
  if (!GetParam()) return;
  EXPECT_EQ(left.config().target_vocabulary, 4);
  EXPECT_FALSE(left.config().shared_embeddings);
  for (const char* name : {"target_embedding.weight", "output.weight"})
    EXPECT_TRUE(left.parameters().at(name)[3].equal(table[4])) << name;
}

}  // namespace
}  // namespace heed::train
