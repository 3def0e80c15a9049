#include "train/examples.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "train/network.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

class ExamplesTest : public testing::Test {
 protected:
  void SetUp() override { write_small_tables(folder_.path(), 60); }
  TemporaryFolder folder_;
};

TEST_F(ExamplesTest, a_teachers_translations_join_the_targets_or_replace_them) {
  const Recipe recipe = small_recipe(folder_.path(), true);
  const Corpus before = load_corpus(recipe);
  const size_t column = before.train.table.column("target"), rows = before.train.examples.size();
  std::vector<std::string> targets;
  for (const data::Row& row : before.train.table.rows) targets.push_back(row.fields[column]);
  targets[0] = "一二三";  // another one
  targets[1] = "";        // nothing; the rest is what the rows have

  Corpus joined = before;
  add_targets(recipe, targets, false, joined);
  ASSERT_EQ(joined.train.examples.size(), rows + 1);
  ASSERT_EQ(joined.train.table.rows.size(), rows + 1);
  EXPECT_EQ(joined.train.examples.back().source, before.train.examples[0].source);
  EXPECT_EQ(joined.train.examples.back().target, before.tokenizers.target.encode("一二三"));
  EXPECT_EQ(joined.train.table.rows.back().fields[column], "一二三");
  EXPECT_EQ(joined.train.examples[0].target, before.train.examples[0].target);

  Corpus replaced = before;
  add_targets(recipe, targets, true, replaced);
  ASSERT_EQ(replaced.train.examples.size(), rows);
  EXPECT_EQ(replaced.train.examples[0].target, before.tokenizers.target.encode("一二三"));
  EXPECT_EQ(replaced.train.examples[1].target, before.train.examples[1].target);
}

TEST_F(ExamplesTest, soft_labels_go_with_their_examples_and_take_their_share_of_the_loss) {
  Recipe recipe = small_recipe(folder_.path(), false);
  recipe.heads.push_back({.name = "tags", .label = "tags", .multi_label = true});
  Corpus corpus = load_corpus(recipe);
  const std::vector<int64_t> numbers = {4, 0, 2};
  EXPECT_FALSE(make_batch(corpus.train.examples, numbers, corpus.config).head_soft_labels[0].defined());
  const size_t first = corpus.config.classification_heads[0].labels.size();
  const size_t tags = corpus.config.classification_heads[1].labels.size();
  for (size_t i = 0; i < corpus.train.examples.size(); ++i) {
    std::vector<float> one(first, 0.0F);
    one[i % first] = 1.0F;
    corpus.train.examples[i].soft_labels = {one, std::vector<float>(tags, 0.25F)};
  }
  const Batch batch = make_batch(corpus.train.examples, numbers, corpus.config);
  EXPECT_EQ(batch.head_soft_labels[0]
                .argmax(1)
                .eq(torch::tensor({4 % static_cast<int>(first), 0, 2}))
                .sum()
                .item<int64_t>(),
            3);
  EXPECT_EQ(batch.head_soft_labels[1].sizes(), (std::vector<int64_t>{3, static_cast<int64_t>(tags)}));

  const Network network(corpus.config, 1);
  const auto loss = [&](double share) {
    return network.loss(batch, {.teacher_share = share, .teacher_temperature = 2.0}, {}).mean.item<double>();
  };
  EXPECT_GT(std::abs(loss(1.0) - loss(0.0)), 1e-3);
  EXPECT_NEAR(loss(0.25), 0.75 * loss(0.0) + 0.25 * loss(1.0), 1e-5);
}

}  // namespace
}  // namespace heed::train
