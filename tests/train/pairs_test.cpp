#include "train/pairs.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

class PairsTest : public testing::Test {
 protected:
  // Twenty pairs: a question in each language and its answer; rows of `more` behind them.
  Recipe recipe(const std::string& more = "", bool labelled = true) {
    std::string rows = "问题,answer,same\n";
    for (int i = 0; i < 20; ++i) {
      const std::string number = std::to_string(i);
      rows += (i % 2 == 0 ? "how do I open file " : "如何打开文件 ") + number + ",press key " + number + "," +
              (i % 3 == 0 ? "0" : "1") + "\n";
    }
    write_file_atomically(folder_ / "pairs.csv", rows + more);
    Recipe recipe = small_recipe(folder_.path(), false);
    recipe.data.train = {"pairs.csv"};
    recipe.data.text = "问题";
    recipe.data.drop_leaked = false;
    recipe.heads = {
        {.name = "match", .kind = "matching", .label = labelled ? "same" : "", .other = "answer"}};
    check_recipe(recipe, "pairs");
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(PairsTest, a_row_has_its_other_text_and_whether_it_means_the_same) {
  const Corpus corpus = load_corpus(recipe());
  EXPECT_EQ(corpus.config.matching->name, "match");
  EXPECT_EQ(corpus.train.examples.size() + corpus.valid.examples.size(), 20U);
  for (const Split* split : {&corpus.train, &corpus.valid}) {
    const data::Table& table = split->table;
    for (size_t i = 0; i < split->examples.size(); ++i) {
      const Example& example = split->examples[i];
      const auto& fields = table.rows[i].fields;
      ASSERT_EQ(example.other.size(), 1U);
      // Of the held-out rows the tokenizer has not seen every character.
      const std::string read = corpus.tokenizers.source.decode(example.other[0].source);
      if (split == &corpus.train) {
        EXPECT_EQ(read, fields[table.column("answer")]);
      }
      EXPECT_EQ(example.same, fields[table.column("same")] == "1");
      EXPECT_EQ(example.group == example.other[0].group, *example.same);
    }
  }
}

TEST_F(PairsTest, without_a_column_all_mean_the_same_and_nobody_says_so) {
  const Corpus corpus = load_corpus(recipe("", false));
  for (const Example& example : corpus.train.examples) {
    EXPECT_FALSE(example.same.has_value());
    EXPECT_EQ(example.group, example.other[0].group);
  }
}

TEST_F(PairsTest, texts_that_mean_the_same_as_a_third_are_of_one_group) {
  Split split;
  const Recipe job = recipe();
  split.table = {.columns = {"问题", "answer", "same"},
                 .rows = {{.fields = {"one", "two", "1"}},
                          {.fields = {"three", "two", "1"}},
                          {.fields = {"three", "four", "0"}},
                          {.fields = {"five", "five", "1"}}},
                 .files = {"t"}};
  const Corpus corpus = load_corpus(job);
  split.examples.resize(4);
  for (size_t i = 0; i < 4; ++i)
    split.examples[i].source = corpus.tokenizers.source.encode(split.table.rows[i].fields[0]);
  number_pairs(job, corpus.config, corpus.tokenizers.source, split);
  const auto& rows = split.examples;
  EXPECT_EQ(rows[0].group, rows[0].other[0].group);
  EXPECT_EQ(rows[1].group, rows[0].group);
  EXPECT_EQ(rows[2].group, rows[0].group);
  EXPECT_NE(rows[2].other[0].group, rows[0].group);
  EXPECT_NE(rows[3].group, rows[0].group);
}

TEST_F(PairsTest, labels_and_texts_that_are_missing_are_refused_with_their_line) {
  expect_error(ErrorCode::invalid_argument, {"pairs.csv:22", "column 'same'", "expected 1", "found 'yes'"},
               [&] { load_corpus(recipe("a,b,yes\n")); });
  expect_error(ErrorCode::invalid_argument, {"pairs.csv:22", "column 'answer'", "found nothing"},
               [&] { load_corpus(recipe("a,,1\n")); });
}

TEST_F(PairsTest, recipes_that_do_not_go_together_are_refused) {
  Recipe job = recipe();
  job.heads[0].other = "";
  expect_error(ErrorCode::invalid_argument, {"head 'match'", "expected other"},
               [&] { check_recipe(job, "r"); });
  job = recipe();
  job.heads.push_back(job.heads[0]);
  job.heads[1].name = "match2";
  expect_error(ErrorCode::invalid_argument, {"at most one head of kind matching"},
               [&] { check_recipe(job, "r"); });
  job = recipe();
  job.train.ensemble = 2;
  expect_error(ErrorCode::invalid_argument, {"classification heads alone"}, [&] { check_recipe(job, "r"); });
  job = recipe();
  job.heads = {{.name = "spans", .kind = "tagging", .label = "spans"}};
  job.train.augment.drop = 0.1;
  expect_error(ErrorCode::invalid_argument, {"'train.augment'", "tagging"}, [&] { check_recipe(job, "r"); });
}

}  // namespace
}  // namespace heed::train
