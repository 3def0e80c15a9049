#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/small_corpus.h"
#include "train/tensor_bytes.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

using train::tensor_bytes;

class PretrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    train::write_small_tables(folder_.path(), 120);
    train::write_small_texts(folder_.path(), 150);
  }
  train::Recipe recipe(const std::string& name) {
    train::Recipe recipe = train::small_pretraining(folder_.path());
    recipe.output.model = (folder_ / name).string();
    recipe.train.batch_tokens = 128;
    recipe.model.ngrams.buckets = 200;
    return recipe;
  }
  // The whole training in sittings of at most `steps` steps (0: in one).
  train::History fit(const train::Recipe& recipe, int64_t steps = 0) {
    train::History history;
    for (bool finished = false, first = true; !finished; first = false) {
      int64_t left = steps;
      Model model(recipe, {.start = first ? Start::fresh : Start::resume,
                           .quiet = true,
                           .stop_requested = [&] { return steps > 0 && --left <= 0; }});
      history = model.fit();
      finished = model.finished();
    }
    return history;
  }
  TemporaryFolder folder_;
};

TEST_F(PretrainingTest, a_run_killed_in_either_phase_ends_with_the_same_bits) {
  const train::Recipe whole = recipe("whole"), parts = recipe("parts");
  const train::History history = fit(whole);
  for (const int64_t steps : {3, 4, 7}) {
    const train::History resumed = fit(parts, steps);
    for (const char* file : {"pretrain/best.safetensors", "checkpoint.safetensors", "best.safetensors"}) {
      EXPECT_EQ(tensor_bytes(whole.run_folder() / file), tensor_bytes(parts.run_folder() / file))
          << file << ", sittings of " << steps;
    }
    ASSERT_EQ(resumed.points.size(), history.points.size());
    for (size_t i = 0; i < history.points.size(); ++i) {
      EXPECT_EQ(resumed.points[i].split, history.points[i].split);
      EXPECT_EQ(resumed.points[i].step, history.points[i].step);
    }
    for (const char* split : {"pretrain_valid", "valid"})
      EXPECT_EQ(resumed.curve(split, "loss"), history.curve(split, "loss"));
  }
}

TEST_F(PretrainingTest, the_history_counts_on_from_pre_training_and_the_training_begins_where_it_ended) {
  const train::Recipe job = recipe("model");
  const train::History history = fit(job);
  EXPECT_EQ(history.curve("pretrain", "loss").size(), 2U);
  EXPECT_EQ(history.curve("pretrain_valid", "accuracy").size(), 2U);
  EXPECT_EQ(history.curve("valid", "accuracy").size(), 3U);
  for (size_t i = 1; i < history.points.size(); ++i)
    EXPECT_GE(history.points[i].step, history.points[i - 1].step);
  // A training that changes nothing keeps what pre-training has left.
  train::Recipe still = recipe("still");
  still.train.learning_rate = 0.0;
  still.train.weight_decay = 0.0;
  still.train.average_decay = 0.0;
  fit(still);
  const SafetensorsFile before(still.run_folder() / "pretrain/best.safetensors"),
      after(still.run_folder() / "best.safetensors");
  EXPECT_EQ(before.at("embedding.weight").bytes, after.at("embedding.weight").bytes);
  EXPECT_EQ(before.at("encoder.norm.weight").bytes, after.at("encoder.norm.weight").bytes);
}

TEST_F(PretrainingTest, a_run_stopped_in_pre_training_is_not_lost_to_the_next) {
  const train::Recipe job = recipe("model");
  {
    Model model(job, {.quiet = true, .stop_requested = [] { return true; }});
    model.fit();
    EXPECT_FALSE(model.finished());
  }
  expect_error(ErrorCode::invalid_argument, {"unfinished", "step 1", "--resume", "--fresh"},
               [&] { Model model(job, {.quiet = true}); });
  train::Recipe other = job;
  other.pretrain.mask_share = 0.3;
  expect_error(ErrorCode::invalid_argument, {"'pretrain.mask_share'", "0.15", "0.3"},
               [&] { Model model(other, {.start = Start::resume, .quiet = true}); });
  write_file_atomically(folder_ / "text.txt", read_file(folder_ / "text.txt") + "one more line 又一行\n");
  expect_error(ErrorCode::invalid_argument, {"expected the data that the run began with"},
               [&] { Model model(job, {.start = Start::resume, .quiet = true}); });
}

}  // namespace
}  // namespace heed::tune
