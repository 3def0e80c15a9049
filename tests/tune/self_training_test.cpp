#include "tune/self_training.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "model/model_directory.h"
#include "train/small_corpus.h"
#include "train/tensor_bytes.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

using train::tensor_bytes;

class SelfTrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    train::write_small_tables(folder_.path(), 120);
    std::string lines = "一二三 不认识的话\n";
    for (int i = 0; i < 200; ++i) {
      Random random(70000 + i);
      lines += train::number_line(random, false, 1 + i % 5) + " " + std::to_string(1000 + i) + "\n";
    }
    write_file_atomically(folder_ / "text.txt", lines);
  }
  train::Recipe recipe(const std::string& name, int64_t rounds = 1) {
    train::Recipe recipe = train::small_recipe(folder_.path(), false);
    recipe.output.model = (folder_ / name).string();
    recipe.pretrain.files = {"text.txt"};
    recipe.train.epochs = 10;
    recipe.train.batch_tokens = 128;
    recipe.train.self_training = rounds;
    recipe.train.self_training_confidence = 0.6;
    train::check_recipe(recipe, "small");
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(SelfTrainingTest, labels_the_texts_it_is_sure_of_with_its_own_answers) {
  train::Recipe job = recipe("model");
  job.model.ngrams.buckets = 300;
  Model model(job, {.quiet = true});
  model.fit();
  ASSERT_TRUE(model.finished());
  const auto all = label_texts(model.network(), model.corpus(), 0.0, 128);
  EXPECT_EQ(all.size(), model.corpus().unlabelled.examples.size());
  size_t before = all.size();
  for (const double confidence : {0.5, 0.9, 0.99, 1.1}) {
    const size_t sure = label_texts(model.network(), model.corpus(), confidence, 128).size();
    EXPECT_LE(sure, before) << confidence;
    before = sure;
  }
  EXPECT_EQ(before, 0U);
  std::vector<std::string> texts;
  for (const data::Row& row : model.corpus().unlabelled.table.rows) texts.push_back(row.fields[0]);
  const auto answers = model.predict(texts);
  const auto& labels = model.corpus().config.classification_heads[0].labels;
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(labels[all[i].labels[0][0]], answers[i]) << texts[i];
}

TEST_F(SelfTrainingTest, keeps_the_round_that_is_best_on_validation) {
  Model model(recipe("model", 2), {.quiet = true});
  const auto losses = model.fit().curve("valid", "loss");
  ASSERT_EQ(losses.size(), 30U);
  const double best = *std::min_element(losses.begin(), losses.end());
  EXPECT_NEAR(model.evaluate(model.corpus().valid).at("loss"), best, 1e-6);
  const ModelDirectory saved = open_model(model.save());
  const Json& training = saved.metrics["training"];
  const auto at = std::min_element(losses.begin(), losses.end()) - losses.begin();
  EXPECT_EQ(training["round"].get<int64_t>(), at / 10);
  EXPECT_EQ(training["labelled_texts"].get<int64_t>() > 0, at >= 10);
}

TEST_F(SelfTrainingTest, a_run_killed_in_any_round_ends_with_the_same_bits) {
  const train::Recipe whole = recipe("whole", 2), parts = recipe("parts", 2);
  Model once(whole, {.quiet = true});
  const auto losses = once.fit().curve("valid", "loss");
  bool finished = false;
  int sittings = 0;
  for (; !finished; ++sittings) {
    int64_t left = 23;
    Model model(parts, {.start = sittings == 0 ? Start::fresh : Start::resume,
                        .quiet = true,
                        .stop_requested = [&] { return --left <= 0; }});
    const auto so_far = model.fit().curve("valid", "loss");
    ASSERT_LE(so_far.size(), losses.size());
    EXPECT_TRUE(std::equal(so_far.begin(), so_far.end(), losses.begin()));
    finished = model.finished();
    if (finished) {
      for (const auto& [name, weight] : model.network().parameters().all())
        EXPECT_TRUE(weight.equal(once.network().parameters().at(name))) << name;
    }
  }
  EXPECT_GT(sittings, 3);
  for (const char* file : {"round-0/best.safetensors", "round-1/best.safetensors", "checkpoint.safetensors"})
    EXPECT_EQ(tensor_bytes(whole.run_folder() / file), tensor_bytes(parts.run_folder() / file)) << file;
}

TEST_F(SelfTrainingTest, what_it_cannot_label_is_refused) {
  train::Recipe job = recipe("model");
  job.heads[0].multi_label = true;
  expect_error(ErrorCode::invalid_argument, {"'train.self_training'", "single-label", "'first'"},
               [&] { train::check_recipe(job, "small"); });
  job.heads[0].multi_label = false;
  job.pretrain.files.clear();
  expect_error(ErrorCode::invalid_argument, {"'pretrain.files'", "self_training", "found none"},
               [&] { train::check_recipe(job, "small"); });
  train::Recipe translation = train::small_recipe(folder_.path(), true);
  translation.train.self_training = 1;
  expect_error(ErrorCode::invalid_argument, {"'train.self_training'", "expected 0", "transformer_seq2seq"},
               [&] { train::check_recipe(translation, "small"); });
}

}  // namespace
}  // namespace heed::tune
