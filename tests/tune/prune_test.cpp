#include "tune/prune.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "infer/classifier.h"
#include "infer/quantise.h"
#include "infer/translator.h"
#include "model/read_contents.h"
#include "model/verify.h"
#include "tune/bilingual_corpus.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

class PruneTest : public testing::Test {
 protected:
  void SetUp() override { write_bilingual_tables(folder_.path(), 120); }
  // A big model to prune, of two layers on each side.
  fs::path big(bool translation, const std::function<void(train::Recipe&)>& change = {}) const {
    train::Recipe recipe = train::small_recipe(folder_.path(), translation);
    recipe.output.model = (folder_ / "big").string();
    recipe.model.encoder_layers = 2;
    recipe.model.decoder_layers = translation ? 2 : 0;
    recipe.eval.beam = 2;
    recipe.train.snapshot_minutes = {100};
    if (change) change(recipe);
    train::check_recipe(recipe, "big");
    Model model(recipe, {.quiet = true});
    model.fit();
    return model.save();
  }
  PruneOptions options(const std::string& output = "small") const {
    PruneOptions options;
    options.model = (folder_ / "big").string();
    options.output = (folder_ / output).string();
    options.epochs = 2;
    options.fit.quiet = true;
    return options;
  }
  std::string weights(const std::string& model) const {
    return read_file(folder_ / model / "current" / "model.safetensors");
  }
  void expect_refusal(const PruneOptions& options, ErrorCode code,
                      const std::vector<std::string>& parts) const {
    expect_error(code, parts, [&] { prune(options); });
    EXPECT_FALSE(fs::exists(options.output));
    EXPECT_FALSE(fs::exists(options.output + ".run"));
  }
  TemporaryFolder folder_;
};

TEST_F(PruneTest, a_translator_is_smaller_in_every_way_and_the_big_one_stays_as_it_was) {
  const fs::path before = big(true);
  const uint64_t bytes = folder_bytes(before);
  const std::string old_weights = weights("big");
  PruneOptions smaller = options();
  smaller.shape = {.encoder_layers = 1, .decoder_layers = 1, .heads = 1, .ffn_dim = 20, .vocabulary = 30};
  const ModelDirectory model = open_model(prune(smaller));
  EXPECT_EQ(model.config.encoder_layers, 1);
  EXPECT_EQ(model.config.decoder_layers, 1);
  EXPECT_EQ(model.config.heads, 1);
  EXPECT_EQ(model.config.head_width(), 8);
  EXPECT_EQ(model.config.ffn_dim, 20);
  EXPECT_LE(model.config.target_vocabulary, 30);
  EXPECT_EQ(model.metrics.at("splits").at("valid").count("bleu"), 1u);
  EXPECT_GT(verify_model(model).parameters, 0);
  const std::vector<std::string> lines = {"one two", "three"};
  EXPECT_EQ(infer::Translator(model).translate(lines, {}).size(), 2u);
  EXPECT_EQ(folder_bytes(before), bytes);
  EXPECT_EQ(weights("big"), old_weights);
  EXPECT_FALSE(fs::exists(before.parent_path() / "2"));
  // The record of its training names where it came from.
  const std::string recipe = read_file(model.path / "run" / "recipe.toml");
  EXPECT_NE(recipe.find("small.run/start"), recipe.npos);
  EXPECT_NE(recipe.find(before.string()), recipe.npos);
}

TEST_F(PruneTest, a_classifier_of_both_languages_keeps_its_labels) {
  big(false);
  PruneOptions smaller = options();
  smaller.shape = {.encoder_layers = 1, .heads = 1, .ffn_dim = 8};
  smaller.epochs = 6;
  const ModelDirectory model = open_model(prune(smaller));
  const ModelDirectory before = open_model(smaller.model);
  EXPECT_EQ(model.config.classification_heads[0].labels, before.config.classification_heads[0].labels);
  EXPECT_EQ(model.tokenizer("text.model"), before.tokenizer("text.model"));
  const std::vector<std::string> texts = {"two five one 7", "三零 7"};
  const auto answers = infer::Classifier(model).classify(texts);
  EXPECT_EQ(answers[0].heads[0].labels[0].label, "two");
  EXPECT_EQ(answers[1].heads[0].labels[0].label, "three");
}

TEST_F(PruneTest, a_run_that_was_stopped_goes_on_to_the_same_weights) {
  big(true);
  PruneOptions whole = options("whole"), parts = options("parts");
  whole.shape = parts.shape = {.decoder_layers = 1, .ffn_dim = 16};
  prune(whole);
  int steps = 0;
  parts.fit.stop_requested = [&steps] { return ++steps > 5; };
  EXPECT_EQ(prune(parts), "");
  parts.fit.stop_requested = {};
  expect_error(ErrorCode::invalid_argument, {"an unfinished training stands here", "--resume"},
               [&] { prune(parts); });
  parts.fit.start = Start::resume;
  prune(parts);
  EXPECT_EQ(weights("parts"), weights("whole"));
}

TEST_F(PruneTest, without_a_teacher_it_learns_from_the_references_alone) {
  big(true);
  PruneOptions alone = options();
  alone.shape.decoder_layers = 1;
  alone.taught = false;
  alone.steps = 3;
  const ModelDirectory model = open_model(prune(alone));
  EXPECT_EQ(model.metrics.at("training").at("steps"), 3);
  EXPECT_FALSE(fs::exists(folder_ / "small.run" / "teacher_targets.json"));
}

TEST_F(PruneTest, refuses_what_leaves_nothing_or_is_more_than_there_is) {
  big(true);
  const auto refuse = [&](const train::SmallerShape& shape, const std::vector<std::string>& parts) {
    PruneOptions wrong = options();
    wrong.shape = shape;
    expect_refusal(wrong, ErrorCode::invalid_argument, parts);
  };
  refuse({}, {"expected --encoder-layers", "found none"});
  refuse({.encoder_layers = 2}, {"below what the model has, found none"});
  refuse({.encoder_layers = 0}, {"--encoder-layers: expected 1 to 2", "found 0"});
  refuse({.decoder_layers = 3}, {"--decoder-layers: expected 1 to 2", "found 3"});
  refuse({.heads = -1}, {"--heads: expected 1 to 2", "found -1"});
  refuse({.ffn_dim = 33}, {"--ffn-dim: expected 1 to 32", "found 33"});
}

TEST_F(PruneTest, refuses_heads_that_are_not_each_by_itself) {
  for (const bool alibi : {true, false}) {
    big(true, [alibi](train::Recipe& recipe) {
      if (alibi) recipe.model.attention.bias = "alibi";
      if (!alibi) recipe.model.key_heads = 1;
    });
    PruneOptions wrong = options();
    wrong.shape.heads = 1;
    expect_refusal(wrong, ErrorCode::unsupported,
                   {"--heads: expected a model", alibi ? "alibi" : "found 1 for 2"});
  }
}

TEST_F(PruneTest, refuses_a_model_without_a_recipe_and_takes_one_that_is_named) {
  const fs::path model = big(false);
  fs::rename(model / "run" / "recipe.toml", folder_ / "kept.toml");
  PruneOptions smaller = options();
  smaller.shape.ffn_dim = 8;
  expect_refusal(smaller, ErrorCode::not_found, {"run/recipe.toml", "found none", "--recipe"});
  smaller.recipe = (folder_ / "kept.toml").string();
  EXPECT_EQ(open_model(prune(smaller)).config.ffn_dim, 8);
}

TEST_F(PruneTest, refuses_a_recipe_of_another_network) {
  big(true);
  PruneOptions wrong = options();
  wrong.shape.ffn_dim = 8;
  wrong.overrides = {"model.dim=24"};
  expect_refusal(wrong, ErrorCode::invalid_argument, {"weight 'embedding.weight'", "24", "16"});
  wrong.overrides = {"text.joint=false", "model.shared_embeddings=false"};
  expect_refusal(wrong, ErrorCode::invalid_argument, {"expected shape", "found"});
}

TEST_F(PruneTest, refuses_recurrent_quantised_and_encoders_without_what_is_asked) {
  big(true, [](train::Recipe& recipe) {
    recipe.architecture = "recurrent_seq2seq";
    recipe.model.norm = "pre";
  });
  PruneOptions smaller = options();
  smaller.shape.encoder_layers = 1;
  expect_refusal(smaller, ErrorCode::unsupported, {"expected a transformer", "recurrent_seq2seq"});
  fs::remove_all(folder_ / "big");
  const ModelDirectory encoder = open_model(big(false));
  ModelContents int8 = read_contents(encoder);
  int8.weights = infer::quantise_weights(encoder, Precision::int8).tensors;
  write_model(folder_ / "int8", int8);
  smaller.shape = {.decoder_layers = 1};
  expect_refusal(smaller, ErrorCode::invalid_argument, {"--decoder-layers", "found an encoder"});
  smaller.shape = {.ffn_dim = 8};
  smaller.model = (folder_ / "int8").string();
  expect_refusal(smaller, ErrorCode::unsupported, {"expected fp32 weights, found int8"});
}

}  // namespace
}  // namespace heed::tune
