#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "model/int8_contents.h"
#include "train/small_corpus.h"
#include "train/start_weights.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

class StartFromTest : public testing::Test {
 protected:
  void SetUp() override { train::write_small_tables(folder_.path(), 120); }
  // A saved model of the recipe, called `name`.
  train::Recipe saved(const std::string& name, bool translation = false) {
    train::Recipe recipe = train::small_recipe(folder_.path(), translation);
    recipe.output.model = (folder_ / name).string();
    recipe.train.epochs = 1;
    Model model(recipe, {.quiet = true});
    model.fit();
    model.save();
    return recipe;
  }
  // The same, beginning from it, under another name and on other words.
  train::Recipe next(train::Recipe recipe) {
    recipe.train.start_from = recipe.output.model;
    recipe.output.model += "-next";
    recipe.train.seed = 5;
    return recipe;
  }
  TemporaryFolder folder_;
};

bool same(const ModelDirectory& model, const train::Network& network, const std::string& name) {
  const torch::Tensor weight = network.parameters().at(name).detach().contiguous();
  const std::vector<float> values(weight.data_ptr<float>(), weight.data_ptr<float>() + weight.numel());
  return weight_values(model.weights, name) == values;
}

TEST_F(StartFromTest, takes_tokenizer_weights_and_heads_of_the_same_labels) {
  train::Recipe job = next(saved("first"));
  job.heads.push_back({.name = "tags", .label = "tags", .multi_label = true});
  const ModelDirectory before = open_model(job.train.start_from);
  const Model model(job, {.quiet = true});
  EXPECT_EQ(model.corpus().tokenizers.source.bytes(), before.tokenizer("text.model"));
  for (const auto& [name, view] : before.weights.tensors()) {
    EXPECT_TRUE(same(before, model.network(), name)) << name;
  }
  EXPECT_TRUE(model.network().parameters().at("heads.tags.output.weight").defined());
}

TEST_F(StartFromTest, a_head_of_other_labels_begins_fresh) {
  train::Recipe job = next(saved("first"));
  job.heads[0].label = "tags";  // more labels under the same name
  const ModelDirectory before = open_model(job.train.start_from);
  const Model model(job, {.quiet = true});
  EXPECT_TRUE(same(before, model.network(), "encoder.norm.weight"));
  EXPECT_FALSE(same(before, model.network(), "heads.first.pool.query"));
}

TEST_F(StartFromTest, a_translation_begins_from_one_too) {
  const train::Recipe job = next(saved("translate", true));
  const ModelDirectory before = open_model(job.train.start_from);
  const Model model(job, {.quiet = true});
  for (const auto& [name, view] : before.weights.tensors()) {
    EXPECT_TRUE(same(before, model.network(), name)) << name;
  }
}

TEST_F(StartFromTest, of_int8_weights_takes_the_numbers_that_they_mean) {
  train::Recipe job = saved("first");
  const ModelDirectory whole = open_model(job.output.model);
  ModelContents contents;
  contents.config = whole.config;
  contents.tokenizers = train::tokenizers_of(whole);
  for (const WeightShape& weight : weight_shapes(whole.config)) {
    const TensorView& view = whole.weights.at(weight.name);
    contents.weights.push_back({weight.name, view.type, view.shape, std::string(view.bytes)});
  }
  write_model(job.output.model, test::int8_contents(contents));
  job = next(job);
  const ModelDirectory before = open_model(job.train.start_from);
  EXPECT_EQ(weight_precision(before.weights), Precision::int8);
  const Model model(job, {.quiet = true});
  for (const WeightShape& weight : weight_shapes(before.config)) {
    EXPECT_TRUE(same(before, model.network(), weight.name)) << weight.name;
  }
}

TEST_F(StartFromTest, another_shape_or_meaning_is_refused_and_named) {
  train::Recipe job = next(saved("first"));
  const auto expect = [&](const std::vector<std::string>& parts) {
    expect_error(ErrorCode::invalid_argument, parts, [&] { const Model model(job, {.quiet = true}); });
  };
  job.model.ffn_dim = 48;
  expect(
      {"'train.start_from'", "first/1", "encoder.layers.0.feed_forward.up.weight", "[48, 16]", "[32, 16]"});
  job.model.ffn_dim = 32;
  job.model.encoder_layers = 2;
  expect({"encoder.layers.1.", "found none"});
  job.model.encoder_layers = 1;
  job.model.activation = "gelu";
  expect({"'train.start_from'", "activation", "gelu", "relu"});
  job.model.activation = "relu";
  job.train.start_from = (folder_ / "nowhere").string();
  expect_error(ErrorCode::not_found, {"nowhere"}, [&] { const Model model(job, {.quiet = true}); });
}

}  // namespace
}  // namespace heed::tune
