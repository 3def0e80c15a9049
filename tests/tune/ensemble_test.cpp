#include "tune/ensemble.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/folds.h"
#include "tune/bilingual_corpus.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

class EnsembleTest : public testing::Test {
 protected:
  void SetUp() override { write_bilingual_tables(folder_.path(), 60); }
  train::Recipe recipe(const std::string& name) const {
    train::Recipe recipe = train::small_recipe(folder_.path(), false);
    recipe.output.model = (folder_ / name).string();
    recipe.train.ensemble = 3;
    recipe.train.epochs = 2;
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(EnsembleTest, the_teacher_that_has_not_seen_a_row_answers_for_it_and_all_answer_for_validation) {
  const train::Recipe job = recipe("model");
  Model model(job, {.quiet = true});
  model.fit();
  ASSERT_TRUE(model.finished());
  const fs::path path = model.save();

  const train::Corpus& corpus = model.corpus();
  const auto fold = train::stratified_folds(corpus.train.examples, 3, job.train.seed);
  std::vector<train::Split> answers;
  std::vector<train::Split> of_valid;
  for (const char* number : {"1", "2", "3"}) {
    const ModelDirectory teacher = open_model(job.run_folder() / "teachers" / number);
    EXPECT_EQ(teacher.metrics["training"]["rows"].get<int64_t>(),
              static_cast<int64_t>(fold.size()) - std::count(fold.begin(), fold.end(), number[0] - '1'));
    EXPECT_EQ(teacher.metrics["seed"].get<int64_t>(), job.train.seed + number[0] - '0');
    const auto ask = [&](train::Split split) {
      std::vector<int64_t> rows;
      for (size_t i = 0; i < split.examples.size(); ++i) {
        split.examples[i].soft_labels.clear();
        rows.push_back(static_cast<int64_t>(i));
      }
      add_soft_labels(teacher, 1.0, rows, job, corpus.config, {}, split);
      return split;
    };
    answers.push_back(ask(corpus.train));
    of_valid.push_back(ask(corpus.valid));
  }
  for (size_t i = 0; i < fold.size(); ++i)
    EXPECT_EQ(corpus.train.examples[i].soft_labels, answers[fold[i]].examples[i].soft_labels) << i;
  for (size_t i = 0; i < corpus.valid.examples.size(); ++i) {
    double mean = 0.0;
    for (const train::Split& split : of_valid) mean += split.examples[i].soft_labels[0][0] / 3.0;
    EXPECT_NEAR(corpus.valid.examples[i].soft_labels[0][0], mean, 1e-6);
  }
  const Json valid = open_model(path).metrics["splits"]["valid"];
  EXPECT_TRUE(valid.contains("teachers/accuracy") && valid.contains("accuracy")) << valid.dump();
}

TEST_F(EnsembleTest, without_folds_every_teacher_sees_every_row) {
  train::Recipe job = recipe("model");
  job.train.ensemble = 2;
  job.train.ensemble_folds = false;
  Model model(job, {.quiet = true});
  model.fit();
  for (const char* number : {"1", "2"}) {
    EXPECT_EQ(open_model(job.run_folder() / "teachers" / number).metrics["training"]["rows"].get<size_t>(),
              model.corpus().train.examples.size());
  }
}

TEST_F(EnsembleTest, resumed_within_a_teacher_it_ends_with_the_same_weights_and_trains_no_teacher_twice) {
  {
    Model whole(recipe("whole"), {.quiet = true});
    whole.fit();
    whole.save();
  }
  const train::Recipe job = recipe("parts");
  const fs::path teachers = job.run_folder() / "teachers";
  {
    // Stops in the second teacher, once the first is written.
    Model model(job, {.quiet = true,
                      .stop_requested = [&] { return fs::exists(teachers / "2.run/best.safetensors"); }});
    model.fit();
    ASSERT_FALSE(model.finished());
  }
  ASSERT_TRUE(fs::exists(teachers / "1/current"));
  ASSERT_FALSE(fs::exists(teachers / "2/current"));
  expect_error(ErrorCode::invalid_argument, {"unfinished", "teachers", "--resume", "--fresh"},
               [&] { Model model(job, {.quiet = true}); });
  {
    Model model(job, {.start = Start::resume, .quiet = true});
    model.fit();
    ASSERT_TRUE(model.finished());
    model.save();
  }
  EXPECT_FALSE(fs::exists(teachers / "1/2"));  // no second version
  EXPECT_EQ(read_file(folder_ / "parts/1/model.safetensors"),
            read_file(folder_ / "whole/1/model.safetensors"));
}

TEST_F(EnsembleTest, teachers_and_their_student_begin_from_one_pre_training) {
  train::write_small_texts(folder_.path(), 300);
  train::Recipe job = recipe("whole");
  job.pretrain = train::small_pretraining(folder_.path()).pretrain;
  Model whole(job, {.quiet = true});
  whole.fit();
  whole.save();
  const fs::path run = job.run_folder();
  const auto steps = [](const fs::path& model) {
    return open_model(model).metrics["training"]["steps"].get<int64_t>();
  };
  const int64_t pretraining = train::read_state(run / "pretrain/checkpoint.safetensors").step;
  const int64_t fit = train::read_state(run / "checkpoint.safetensors").step;
  EXPECT_GT(pretraining, 0);
  EXPECT_EQ(steps(folder_ / "whole"), pretraining + fit);
  EXPECT_LE(steps(run / "teachers/1"), fit);

  // Stopped in its pre-training, then in the second teacher.
  train::Recipe parts = job;
  parts.output.model = (folder_ / "parts").string();
  const fs::path second = parts.run_folder() / "teachers/2.run/best.safetensors";
  int64_t asked = 0;
  for (const auto& stop :
       std::vector<std::function<bool()>>{[&] { return ++asked > 3; }, [&] { return fs::exists(second); }}) {
    Model model(parts,
                {.start = asked == 0 ? Start::fresh : Start::resume, .quiet = true, .stop_requested = stop});
    model.fit();
    ASSERT_FALSE(model.finished());
  }
  ASSERT_TRUE(fs::exists(second));
  Model model(parts, {.start = Start::resume, .quiet = true});
  model.fit();
  ASSERT_TRUE(model.finished());
  model.save();
  EXPECT_EQ(read_file(folder_ / "parts/1/model.safetensors"),
            read_file(folder_ / "whole/1/model.safetensors"));
}

TEST_F(EnsembleTest, more_teachers_than_texts_are_refused_before_anything_begins) {
  train::Recipe job = recipe("model");
  job.train.ensemble = 100;
  job.data.max_rows = 50;
  expect_error(ErrorCode::invalid_argument, {"'train.ensemble'", "found 100"},
               [&] { Model model(job, {.quiet = true}); });
}

}  // namespace
}  // namespace heed::tune
