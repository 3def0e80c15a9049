#include "train/recipe.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "base/temporary_folder.h"

namespace heed::train {
namespace {

const std::string kTranslation = R"(
[data]
train = ["a.en", "a.de"]
[output]
model = "out/"
)";
const std::string kClassification = R"(
data.train = "a.csv"
output.model = "out"
[model]
architecture = "transformer_encoder"
[[model.heads]]
name = "intent"
label = "意图"
)";

Recipe parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "r.toml", text);
  return read_recipe(folder / "r.toml", overrides);
}

TEST(Recipe, reads_both_architectures) {
  const Recipe translation = parse(kTranslation, {"model.attention.heads=8", "train.epochs=2"});
  EXPECT_TRUE(translation.translation());
  EXPECT_EQ(translation.output.model, "out");
  EXPECT_EQ(translation.model.heads, 8);
  EXPECT_EQ(translation.model.key_heads, 8);  // as many as heads where not said
  EXPECT_EQ(translation.train.epochs, 2);
  const Recipe classification = parse(kClassification);
  EXPECT_FALSE(classification.translation());
  EXPECT_EQ(classification.heads.at(0).label, "意图");
  EXPECT_EQ(classification.model.decoder_layers, 0);
}

TEST(Recipe, reads_the_recurrent_architecture_and_refuses_what_it_cannot_be) {
  const std::string recurrent = "model.architecture=recurrent_seq2seq";
  const Recipe recipe = parse(kTranslation, {recurrent, "model.bidirectional=false"});
  EXPECT_TRUE(recipe.translation());
  EXPECT_FALSE(recipe.model.bidirectional);
  expect_error(ErrorCode::invalid_argument, {"'model.decoder_layers'", "at least 1", "found 0"}, [&] {
    parse(kTranslation, {recurrent, "model.decoder_layers=0"});
  });
  expect_error(ErrorCode::invalid_argument, {"'dim'", "a multiple of heads (3)", "found 256"}, [&] {
    parse(kTranslation, {recurrent, "model.attention.heads=3"});
  });
  expect_error(ErrorCode::invalid_argument, {"'attention.window'", "no self-attention", "found 4"}, [&] {
    parse(kTranslation, {recurrent, "model.attention.window=4"});
  });
  expect_error(ErrorCode::invalid_argument, {"[[model.heads]]", "none for recurrent_seq2seq"},
               [&] { parse(kClassification, {recurrent}); });
}

TEST(Recipe, reads_the_designs_of_a_transformer_and_checks_them) {
  const Recipe plain = parse(kTranslation);
  EXPECT_EQ(plain.model.norm, "pre");
  const Recipe recipe =
      parse(kTranslation, {"model.positions=rotary", "model.norm=post", "model.activation=swiglu"});
  EXPECT_EQ(recipe.model.positions, "rotary");
  EXPECT_EQ(recipe.model.norm, "post");
  EXPECT_EQ(recipe.model.activation, "swiglu");
  expect_error(ErrorCode::invalid_argument, {"'dim'", "an even multiple of heads (4)", "rotary", "found 252"},
               [] {
                 parse(kTranslation, {"model.positions=rotary", "model.dim=252"});
               });
  expect_error(ErrorCode::invalid_argument, {"'norm'", "recurrent_seq2seq", "found 'post'"}, [] {
    parse(kTranslation, {"model.architecture=recurrent_seq2seq", "model.norm=post"});
  });
}

TEST(Recipe, a_misspelt_key_names_the_nearest_right_one) {
  expect_error(ErrorCode::invalid_argument,
               {"r.toml:7", "unknown key 'train.epoch'", "did you mean 'train.epochs'?"},
               [] { parse(kTranslation + "[train]\nepoch = 3\n"); });
}

TEST(Recipe, what_does_not_fit_together_is_refused) {
  expect_error(ErrorCode::invalid_argument, {"'data.train'", "found none"},
               [] { parse("output.model = 'x'"); });
  expect_error(ErrorCode::invalid_argument, {"'output.model'"}, [] { parse("data.train = 'x'"); });
  expect_error(ErrorCode::invalid_argument, {"shared_embeddings", "text.joint"},
               [] { parse(kTranslation, {"text.joint=false"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.metric'", "loss, bleu or chrf", "accuracy"},
               [] { parse(kTranslation, {"train.metric=accuracy"}); });
  expect_error(ErrorCode::invalid_argument, {"[[model.heads]]", "at least one"},
               [] { parse(kTranslation, {"model.architecture=transformer_encoder"}); });
  expect_error(ErrorCode::invalid_argument, {"two heads are named 'intent'"},
               [] { parse(kClassification + "[[model.heads]]\nname = 'intent'\nlabel = 'b'\n"); });
}

TEST(Recipe, choices_of_training_that_contradict_each_other_are_refused) {
  expect_error(ErrorCode::invalid_argument, {"'train.optimiser'", "adagrad", "lion"},
               [] { parse(kClassification, {"train.optimiser=lion"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.refit'", "svm", "found descent"},
               [] { parse(kClassification, {"train.refit=true"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.class_weights'", "transformer_seq2seq"},
               [] { parse(kTranslation, {"train.class_weights=balanced"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.loss'", "multi_label", "'意图'"}, [] {
    parse(kClassification + "multi_label = true\n", {"train.loss=generalised", "model.heads.0.name=意图"});
  });
  expect_error(ErrorCode::invalid_argument, {"'train.average_last'", "at least 2", "found 1"},
               [] { parse(kClassification, {"train.average_last=1"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.patience'", "plateau_patience (3)", "found 3"}, [] {
    parse(kClassification, {"train.schedule=plateau", "train.plateau_patience=3", "train.patience=3"});
  });
  const Recipe recipe = parse(kClassification, {"train.loss=generalised", "train.class_weights=balanced",
                                                "train.optimiser=sgd", "train.schedule=one_cycle"});
  EXPECT_EQ(recipe.train.optimiser, "sgd");
  EXPECT_EQ(recipe.train.loss_q, 0.7);
}

TEST(Recipe, regularisation_that_cannot_work_is_refused) {
  expect_error(ErrorCode::invalid_argument, {"'train.embedding_dropout'", "-1 (as train.dropout)", "-0.5"},
               [] { parse(kClassification, {"train.embedding_dropout=-0.5"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.ngram_dropout'", "model.ngrams.buckets", "found 0"},
               [] { parse(kTranslation, {"train.ngram_dropout=0.1"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.layer_dropout'", "recurrent_seq2seq"}, [] {
    parse(kTranslation, {"model.architecture=recurrent_seq2seq", "train.layer_dropout=0.1"});
  });
  expect_error(ErrorCode::invalid_argument, {"'train.r_drop'", "a dropout above 0", "found none"}, [] {
    parse(kClassification, {"train.r_drop=1", "train.dropout=0", "train.attention_dropout=0"});
  });
  expect_error(ErrorCode::invalid_argument, {"'train.augment.share'", "found none"},
               [] { parse(kTranslation, {"train.augment.share=0.5"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.mixup'", "a classification head", "found none"},
               [] { parse(kTranslation, {"train.mixup=0.2"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.mixup'", "multi_label", "'意图'"}, [] {
    parse(kClassification + "multi_label = true\n", {"train.mixup=0.2", "model.heads.0.name=意图"});
  });
  const Recipe recipe =
      parse(kClassification, {"train.mixup=0.2", "train.r_drop=1", "train.token_dropout=0.1",
                              "train.augment.mask=0.1", "train.augment.share=0.5"});
  EXPECT_EQ(recipe.train.augment.share, 0.5);
  EXPECT_EQ(recipe.train.embedding_dropout, -1.0);
}

TEST(Recipe, a_translation_has_one_teacher_at_most) {
  expect_error(ErrorCode::invalid_argument, {"'train.teachers'", "expected one", "found 2"},
               [] { parse(kTranslation, {"train.teachers=['a', 'b']"}); });
  EXPECT_EQ(parse(kTranslation, {"train.teachers=['a']"}).train.teachers.size(), 1U);
  EXPECT_EQ(parse(kClassification, {"train.teachers=['老师', 'b']"}).train.teachers.front(), "老师");
}

TEST(Recipe, an_ensemble_has_two_teachers_or_more_of_its_own) {
  expect_error(ErrorCode::invalid_argument, {"'train.ensemble'", "at least 2", "found 1"},
               [] { parse(kClassification, {"train.ensemble=1"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.ensemble'", "transformer_seq2seq", "train.teachers"},
               [] { parse(kTranslation, {"train.ensemble=3"}); });
  expect_error(ErrorCode::invalid_argument, {"'train.ensemble'", "train.teachers", "both"}, [] {
    parse(kClassification, {"train.ensemble=3", "train.teachers=['a']"});
  });
}

const std::string kSets = R"(
output.model = "out"
[data]
folder = "数据"
[[data.sets]]
name = "reviews"
folder = "r"
train = "a.csv"
heads = ["mood"]
[[data.sets]]
name = "提问"
train = ["b.csv"]
text = "问题"
heads = ["intent", "tags"]
[model]
architecture = "transformer_encoder"
[[model.heads]]
name = "mood"
label = "label"
[[model.heads]]
name = "intent"
label = "label"
[[model.heads]]
name = "tags"
label = "tags"
multi_label = true
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Recipe, reads_several_data_sets) {
  Recipe recipe = parse(kSets, {"train.task_temperature=2", "data.sets.0.test=['c.csv']"});
  ASSERT_EQ(recipe.sets().size(), 2U);
  EXPECT_EQ(recipe.sets()[0].test.front(), "c.csv");
  EXPECT_EQ(recipe.sets()[1].text, "问题");
  EXPECT_TRUE(recipe.sets()[1].labels("tags"));
  EXPECT_FALSE(recipe.sets()[0].labels("tags"));
  const std::string resolved = recipe_settings(recipe).to_toml();
  Recipe again = parse(resolved);
  EXPECT_EQ(recipe_settings(again).to_toml(), resolved);
}

TEST(Recipe, data_sets_that_contradict_each_other_are_refused) {
  const auto refuse = [](const std::string& text, const std::vector<std::string>& parts,
                         const std::vector<std::string>& overrides = {}) {
    expect_error(ErrorCode::invalid_argument, parts, [&] { parse(text, overrides); });
  };
  refuse(replaced(kSets, "\"提问\"", "\"reviews\""), {"[[data.sets]]", "two sets are named 'reviews'"});
  refuse(replaced(kSets, "\"提问\"", "\"\""), {"[[data.sets]]", "expected a name"});
  refuse(replaced(kSets, "\"mood\"]", "\"moods\"]"),
         {"set 'reviews'", "found 'moods'", "did you mean 'mood'?"});
  refuse(replaced(kSets, ", \"tags\"]", "]"), {"[[data.sets]]", "head 'tags'", "found none"});
  refuse(replaced(kSets, "[\"mood\"]", "[]"), {"set 'reviews'", "the heads"});
  refuse(replaced(kSets, "train = \"a.csv\"", ""), {"set 'reviews'", "at least one file"});
  refuse(replaced(kSets, "name = \"intent\"", "name = \"mood\""), {"two heads are named 'mood'"});
  refuse(kSets, {"'data.train'", "[[data.sets]]", "x.csv"}, {"data.train=['x.csv']"});
  refuse(kTranslation + "[[data.sets]]\nname='a'\ntrain='b'\nheads=['c']\n",
         {"[[data.sets]]", "transformer_seq2seq"});
}

TEST(Recipe, the_resolved_copy_reads_back_to_the_same) {
  Recipe recipe = parse(kClassification, {"train.snapshot_minutes=[20]"});
  const std::string resolved = recipe_settings(recipe).to_toml();
  Recipe again = parse(resolved);
  EXPECT_EQ(recipe_settings(again).to_toml(), resolved);
}

TEST(Recipe, every_recipe_of_the_project_reads) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HEED_SOURCE_DIR "/recipes")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(read_recipe(entry.path(), {})) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 5);
}

}  // namespace
}  // namespace heed::train
