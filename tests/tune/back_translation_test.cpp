#include "tune/back_translation.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/small_corpus.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

class BackTranslationTest : public testing::Test {
 protected:
  void SetUp() override { train::write_small_tables(folder_.path(), 120); }
  train::Recipe recipe(const std::string& name) {
    train::Recipe recipe = train::small_recipe(folder_.path(), true);
    recipe.output.model = (folder_ / name).string();
    return recipe;
  }
  // Chinese digits to English words: the other way round.
  std::string reverse_model() {
    train::Recipe job = recipe("reverse");
    std::swap(job.data.source, job.data.target);
    job.model.dim = 32;
    job.train.epochs = 12;
    Model model(job, {.quiet = true});
    model.fit();
    model.save();
    return job.output.model;
  }
  TemporaryFolder folder_;
};

TEST_F(BackTranslationTest, pairs_join_the_training_rows_but_no_target_that_is_held_out) {
  train::Recipe job = recipe("model");
  const size_t rows = Model(job, {.quiet = true}).corpus().train.examples.size();
  write_file_atomically(folder_ / "valid.tsv", "source\ttarget\none two\t一二\n");
  write_file_atomically(folder_ / "test.tsv", "source\ttarget\nfive five four\t五五四\n");
  write_file_atomically(folder_ / "mono.txt", "一二\n五 五 五 三 三\n\n五五四\n四四四四一\n");
  job.data.back_translation = reverse_model();
  job.data.monolingual = {"mono.txt"};
  job.data.valid = {"valid.tsv"};
  job.data.test = {"test.tsv"};
  train::check_recipe(job, "small");
  train::Recipe plain = job;
  plain.data.back_translation.clear();
  plain.data.monolingual.clear();
  plain.output.model += "-plain";
  const Model without(plain, {.quiet = true});
  const Model with(job, {.quiet = true});
  const auto& more = with.corpus().train.table.rows;
  const size_t before = without.corpus().train.table.rows.size();
  ASSERT_EQ(more.size(), before + 2);
  EXPECT_GT(before, rows);  // no share is split off
  const size_t target = with.corpus().train.table.column("target"),
               source = with.corpus().train.table.column("source");
  EXPECT_EQ(more[before].fields[target], "五 五 五 三 三");
  EXPECT_EQ(more[before + 1].fields[target], "四四四四一");
  EXPECT_FALSE(more[before].fields[source].empty());
  EXPECT_EQ(with.corpus().valid.examples.size(), 1U);
}

TEST_F(BackTranslationTest, a_resumed_run_does_not_translate_again) {
  train::Recipe job = recipe("model");
  write_file_atomically(folder_ / "mono.txt", "五五五三三五\n四四四四一四\n");
  job.data.back_translation = reverse_model();
  job.data.monolingual = {"mono.txt"};
  size_t rows = 0;
  {
    Model model(job, {.quiet = true, .stop_requested = [] { return true; }});
    model.fit();
    rows = model.corpus().train.examples.size();
  }
  std::filesystem::remove_all(job.data.back_translation);
  Model resumed(job, {.start = Start::resume, .quiet = true});
  EXPECT_EQ(resumed.corpus().train.examples.size(), rows);
  resumed.fit();
  EXPECT_TRUE(resumed.finished());
}

TEST_F(BackTranslationTest, a_recipe_that_says_half_of_it_is_refused) {
  train::Recipe job = recipe("model");
  job.data.monolingual = {"mono.txt"};
  expect_error(ErrorCode::invalid_argument, {"'data.back_translation'", "data.monolingual", "found none"},
               [&] { train::check_recipe(job, "small"); });
  job.data.monolingual.clear();
  job.data.back_translation = "models/reverse";
  expect_error(ErrorCode::invalid_argument, {"'data.monolingual'", "found none"},
               [&] { train::check_recipe(job, "small"); });
  train::Recipe classifier = train::small_recipe(folder_.path(), false);
  classifier.data.back_translation = "models/reverse";
  expect_error(ErrorCode::invalid_argument, {"'data.back_translation'", "transformer_encoder"},
               [&] { train::check_recipe(classifier, "small"); });
  write_file_atomically(folder_ / "mono.txt", "\n");
  job.data.monolingual = {"mono.txt"};
  expect_error(ErrorCode::invalid_argument, {"mono.txt", "target language", "found none"},
               [&] { back_translate(job, {}, true); });
}

}  // namespace
}  // namespace heed::tune
