#include <gtest/gtest.h>

#include "base/files.h"
#include "base/temporary_folder.h"
#include "infer/classifier.h"
#include "train/small_corpus.h"
#include "tune/model.h"

// Heads of three kinds learn together, each on a data set of its own, and are served as they were trained.
namespace heed::tune {
namespace {

const std::vector<std::string> kAccounts = {"savings", "current", "credit", "储蓄账户", "信用卡"};

// Questions and whether they ask the same: they do where both name the same account.
std::string pairs_table() {
  std::string rows = "a,b,same\n";
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    const size_t first = random.below(kAccounts.size());
    const size_t second = i % 2 == 0 ? first : (first + 1 + random.below(4)) % kAccounts.size();
    rows += "balance of my " + kAccounts[first] + " " + std::to_string(i) + "," + std::to_string(i) +
            " how much is on " + kAccounts[second] + "," + (first == second ? "1" : "0") + "\n";
  }
  return rows;
}

std::string spans_table() {
  std::string rows = "text\tspans\n";
  Random random(4);
  for (int i = 0; i < 200; ++i) {
    const std::string& account = kAccounts[random.below(kAccounts.size())];
    const std::string before = i % 2 == 0 ? "Open the " : "请打开 ";
    const int64_t start = count_characters(before), end = start + count_characters(account);
    rows += before + account + " now " + std::to_string(i) + "\t[{\"start\": " + std::to_string(start) +
            ", \"end\": " + std::to_string(end) + ", \"entity\": \"account\"}]\n";
  }
  return rows;
}

train::SetRecipe set_of(const std::string& file, const std::string& text, const std::string& head) {
  return {
      .name = head, .folder = "", .train = {file}, .valid = {}, .test = {}, .text = text, .heads = {head}};
}

class HeadsTest : public testing::Test {
 protected:
  train::Recipe recipe() {
    train::write_small_tables(folder_.path(), 120);
    write_file_atomically(folder_ / "pairs.csv", pairs_table());
    write_file_atomically(folder_ / "spans.tsv", spans_table());
    train::Recipe recipe = train::small_recipe(folder_.path(), false);
    recipe.data.train.clear();
    recipe.data.sets = {set_of("labels.csv", "text", "first"), set_of("pairs.csv", "a", "match"),
                        set_of("spans.tsv", "text", "entities")};
    recipe.heads = {{.name = "first", .label = "label"},
                    {.name = "match", .kind = "matching", .label = "same", .other = "b", .width = 16},
                    {.name = "entities", .kind = "tagging", .label = "spans"}};
    recipe.text.vocabulary = 120;
    recipe.model.ngrams.buckets = 512;
    recipe.train.batch_tokens = 256;
    recipe.train.epochs = 12;
    check_recipe(recipe, "heads");
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(HeadsTest, of_three_kinds_learn_together_and_are_served_as_they_were_trained) {
  const train::Recipe job = recipe();
  Model model(job, {.quiet = true});
  model.fit();
  ASSERT_TRUE(model.finished());
  const train::Split& valid = model.corpus().valid;
  const auto scores = model.evaluate(valid);
  EXPECT_GE(scores.at("accuracy"), 0.8);
  EXPECT_GE(scores.at("match/accuracy"), 0.8);
  EXPECT_GE(scores.at("entities/f1"), 0.9);
  model.save();

  const ModelDirectory saved = open_model(job.output.model);
  EXPECT_NE(saved.config.matching->temperature, 1.0);
  const infer::Classifier classifier(saved);
  int64_t pairs = 0, right = 0, wanted = 0, found = 0, hits = 0;
  const size_t text = valid.table.column("text"), other = valid.table.column("match.b"),
               same = valid.table.column("match.same"), spans = valid.table.column("entities.spans");
  for (const data::Row& row : valid.table.rows) {
    if (!row.fields[same].empty()) {
      const infer::TextPair pair{row.fields[text], row.fields[other]};
      ++pairs;
      right += (classifier.match({&pair, 1})[0].probability > 0.5) == (row.fields[same] == "1") ? 1 : 0;
    }
    if (row.fields[spans].empty()) continue;
    const auto truth = Json::parse(row.fields[spans])[0];
    ++wanted;
    for (const infer::EntitySpan& entity : classifier.classify({&row.fields[text], 1})[0].entities) {
      ++found;
      hits += entity.start == truth["start"] && entity.end == truth["end"] ? 1 : 0;
    }
  }
  EXPECT_NEAR(static_cast<double>(right) / static_cast<double>(pairs), scores.at("match/accuracy"), 1e-9);
  EXPECT_NEAR(2.0 * static_cast<double>(hits) / static_cast<double>(wanted + found), scores.at("entities/f1"),
              1e-9);
}

TEST_F(HeadsTest, a_matching_head_alone_is_what_bare_names_are_of) {
  train::Recipe job = recipe();
  job.data.sets.clear();
  job.data.train = {"pairs.csv"};
  job.data.text = "a";
  job.heads = {job.heads[1]};
  job.heads[0].label = "";
  job.train.metric = "mrr";
  job.train.epochs = 2;
  check_recipe(job, "pairs");
  Model model(job, {.quiet = true});
  const train::History history = model.fit();
  EXPECT_EQ(history.curve("valid", "mrr").size(), 2U);
  EXPECT_GT(model.evaluate(model.corpus().valid).at("mrr"), 0.0);
  EXPECT_EQ(model.save().filename(), "1");
}

}  // namespace
}  // namespace heed::tune
