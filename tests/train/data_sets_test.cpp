#include "train/data_sets.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/class_weights.h"
#include "train/network.h"
#include "train/small_corpus.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

// A small set of Chinese moods and a larger one of English digits with tags.
class DataSetsTest : public testing::Test {
 protected:
  void SetUp() override {
    write_small_tables(folder_.path(), 90);
    std::string moods = "评论,label\n";
    for (int i = 0; i < 30; ++i)
      moods += (i % 2 == 0 ? "很好用 " : "不好用 ") + std::to_string(i) + (i % 2 == 0 ? ",好\n" : ",坏\n");
    write_file_atomically(folder_ / "moods.csv", moods);
  }
  Recipe recipe() const {
    Recipe recipe = small_recipe(folder_.path(), false);
    recipe.data.train.clear();
    recipe.heads = {{.name = "mood", .label = "label"},
                    {.name = "digit", .label = "label"},
                    {.name = "tags", .label = "tags", .multi_label = true}};
    recipe.data.sets = {{.name = "评论",
                         .folder = "",
                         .train = {"moods.csv"},
                         .valid = {},
                         .test = {},
                         .text = "评论",
                         .heads = {"mood"}},
                        {.name = "digits",
                         .folder = "",
                         .train = {"labels.csv"},
                         .valid = {},
                         .test = {},
                         .text = "text",
                         .heads = {"digit", "tags"}}};
    check_recipe(recipe, "sets");
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(DataSetsTest, rows_stand_in_one_table_with_labels_of_their_own_heads_alone) {
  const Corpus corpus = load_corpus(recipe());
  EXPECT_EQ(corpus.sets, (std::vector<std::string>{"评论", "digits"}));
  EXPECT_EQ(corpus.config.classification_heads[0].labels, (std::vector<std::string>{"坏", "好"}));
  EXPECT_EQ(corpus.config.classification_heads[1].labels.size(), 6U);
  const size_t rows = corpus.train.examples.size();
  const auto moods = corpus.train.labelled(0), digits = corpus.train.labelled(1);
  EXPECT_EQ(moods.size() + digits.size(), rows);
  EXPECT_EQ(corpus.train.labelled(2), digits);
  EXPECT_EQ(moods.size() + corpus.valid.labelled(0).size(), 30U);
  EXPECT_EQ(digits.size() + corpus.valid.labelled(1).size(), 90U);
  for (const int64_t row : moods) {
    const Example& example = corpus.train.examples[row];
    EXPECT_EQ(example.set, 0);
    EXPECT_EQ(corpus.config.classification_heads[0].labels[example.labels[0].front()] == "好",
              corpus.train.table.rows[row].fields[0].starts_with("很"));
    EXPECT_NE(corpus.train.table.where(corpus.train.table.rows[row]).find("moods.csv:"), std::string::npos);
  }
  const torch::Tensor weights = balanced_class_weights(corpus.train.examples, 0, 2);
  EXPECT_NEAR(weights.sum().item<double>(), 2.0, 0.6);  // of the moods alone
}

TEST_F(DataSetsTest, a_batch_gives_each_head_the_texts_that_have_its_labels_and_each_text_counts_alike) {
  const Corpus corpus = load_corpus(recipe());
  const int64_t mood = corpus.train.labelled(0)[0], other = corpus.train.labelled(0)[1];
  const int64_t digit = corpus.train.labelled(1)[0];
  const Batch batch = make_batch(corpus.train.examples, {digit, mood, other}, corpus.config);
  EXPECT_TRUE(batch.head_rows[0].equal(torch::tensor({1, 2}, torch::kInt64)));
  EXPECT_TRUE(batch.head_rows[1].equal(torch::tensor({0}, torch::kInt64)));
  EXPECT_EQ(batch.head_labels[0].size(0), 2);
  const Network network(corpus.config, 3);
  const auto loss = [&](const std::vector<int64_t>& numbers) {
    return network.loss(make_batch(corpus.train.examples, numbers, corpus.config), {}, {});
  };
  const Loss all = network.loss(batch, {}, {}), one = loss({digit}), two = loss({mood, other});
  EXPECT_EQ(all.units, 4);  // two moods, a digit, its tags
  EXPECT_NEAR(all.mean.item<double>(), (one.mean.item<double>() + 2 * two.mean.item<double>()) / 3, 1e-5);
  EXPECT_NEAR(all.negative_log_likelihood, one.negative_log_likelihood + two.negative_log_likelihood, 1e-4);
  EXPECT_NO_THROW(loss({digit}).mean.backward());
}

TEST_F(DataSetsTest, learns_every_head_and_measures_each_on_its_own_rows) {
  Recipe job = recipe();
  job.train.epochs = 12;
  job.train.task_temperature = 3.0;
  const Corpus corpus = load_corpus(job);
  Network network(corpus.config, 1);
  ProgressBar progress(true);
  const History history = Trainer(job, corpus, network, progress).fit({}, false);
  EXPECT_GE(history.curve("valid", "mood/accuracy").back(), 0.9);
  EXPECT_GE(history.curve("valid", "digit/accuracy").back(), 0.6);
  EXPECT_EQ(history.curve("valid", "accuracy"), history.curve("valid", "mood/accuracy"));
  EXPECT_EQ(history.curve("valid", "tags/micro_f1").size(), 12U);
  EXPECT_EQ(head_logits(network, corpus.valid, 0, 64).size(0),
            static_cast<int64_t>(corpus.valid.labelled(0).size()));
}

TEST_F(DataSetsTest, a_head_of_two_sets_is_measured_in_each) {
  Recipe job = recipe();
  write_file_atomically(folder_ / "more.csv",
                        "text,label\nquite good 1,好\nquite bad 2,坏\nbad 3,坏\ngood 4,好\n");
  job.data.sets.push_back({.name = "english",
                           .folder = "",
                           .train = {"more.csv"},
                           .valid = {},
                           .test = {},
                           .text = "text",
                           .heads = {"mood"}});
  job.data.validation_share = 0.4;
  check_recipe(job, "sets");
  const Corpus corpus = load_corpus(job);
  const Network network(corpus.config, 1);
  const auto figures = evaluate(network, corpus.valid, 64, corpus.sets);
  for (const char* name : {"mood/accuracy", "评论/mood/accuracy", "english/mood/accuracy", "digit/accuracy"})
    EXPECT_TRUE(figures.contains(name)) << name;
  EXPECT_FALSE(figures.contains("digits/digit/accuracy"));  // the same as digit/accuracy
}

TEST_F(DataSetsTest, leaks_are_found_within_and_across_sets) {
  Recipe job = recipe();
  job.data.drop_leaked = false;
  write_file_atomically(folder_ / "test.csv", "评论,label\n新的,好\n很好用 4,好\n");
  job.data.sets[0].test = {"test.csv"};
  expect_error(ErrorCode::invalid_argument, {"1 of 2", "test.csv:3 is", "moods.csv:6", "--drop-leaked"},
               [&] { load_corpus(job); });
  job.data.sets[0].test.clear();
  write_file_atomically(folder_ / "test.csv", "text,label,tags\n很好用 4,one,one\n");
  job.data.sets[1].test = {"test.csv"};
  expect_error(ErrorCode::invalid_argument, {"test.csv:2 is", "moods.csv:6"}, [&] { load_corpus(job); });
  job.data.drop_leaked = true;
  EXPECT_EQ(load_corpus(job).dropped_leaks, 1);
}

TEST_F(DataSetsTest, what_is_wrong_in_a_set_is_named_with_its_place) {
  Recipe job = recipe();
  job.data.sets[0].text = "text";
  expect_error(ErrorCode::not_found, {"moods.csv", "'text'"}, [&] { load_corpus(job); });
  job = recipe();
  write_file_atomically(folder_ / "test.csv", "评论,label\n新的,中\n");
  job.data.sets[0].test = {"test.csv"};
  expect_error(ErrorCode::invalid_argument, {"test.csv:2", "column 'label'", "found '中'"},
               [&] { load_corpus(job); });
}

}  // namespace
}  // namespace heed::train
