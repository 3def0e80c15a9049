#include "train/linear_branch.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "train/network.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

constexpr int64_t kBuckets = 64;

HeadConfig head_of(int64_t labels, bool multi_label = false) {
  HeadConfig head{.name = "topic", .labels = {}, .multi_label = multi_label};
  for (int64_t label = 0; label < labels; ++label) head.labels.push_back("label " + std::to_string(label));
  return head;
}

// A text of one n-gram that names its label and three that say nothing.
Example example_of(Random& random, int64_t label, int64_t named) {
  std::vector<int32_t> buckets{static_cast<int32_t>(named)};
  for (int i = 0; i < 3; ++i) buckets.push_back(static_cast<int32_t>(10 + random.below(kBuckets - 10)));
  std::sort(buckets.begin(), buckets.end());
  Example example;
  example.source = {static_cast<int32_t>(random.below(1 << 30))};  // no two texts alike
  example.labels = {{label}};
  example.text_ngrams = {.buckets = buckets,
                         .values = std::vector<float>(buckets.size(), kTextLength * 0.5F),
                         .begins = {0, static_cast<int64_t>(buckets.size())}};
  return example;
}

std::vector<Example> examples_of(int64_t count, int64_t labels, bool labels_mean_something) {
  Random random(3);
  std::vector<Example> examples;
  for (int64_t i = 0; i < count; ++i) {
    const auto named = static_cast<int64_t>(random.below(static_cast<uint64_t>(labels)));
    const auto drawn = static_cast<int64_t>(random.below(static_cast<uint64_t>(labels)));
    examples.push_back(example_of(random, labels_mean_something ? named : drawn, named));
  }
  return examples;
}

std::vector<float> decisions(const LinearBranch& branch, const Example& example) {
  torch::Tensor logits = branch.weights.bias.clone();
  for (size_t i = 0; i < example.text_ngrams.buckets.size(); ++i)
    logits += branch.weights.weight[example.text_ngrams.buckets[i]] * example.text_ngrams.values[i];
  return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
}

int64_t greatest(const std::vector<float>& votes) {
  return std::max_element(votes.begin(), votes.end()) - votes.begin();
}

double share_right(const std::vector<Example>& examples, const auto& votes_of) {
  double right = 0;
  for (size_t i = 0; i < examples.size(); ++i)
    right += greatest(votes_of(i)) == examples[i].labels[0].front();
  return right / static_cast<double>(examples.size());
}

TEST(LinearBranch, finds_the_n_grams_that_name_a_label) {
  const auto examples = examples_of(300, 4, true);
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(4), kBuckets, {});
  EXPECT_GE(share_right(examples, [&](size_t i) { return branch.votes[i]; }), 0.98);
  EXPECT_GE(share_right(examples, [&](size_t i) { return decisions(branch, examples[i]); }), 0.98);
}

TEST(LinearBranch, votes_on_a_training_text_by_what_others_taught) {
  const auto examples = examples_of(200, 4, false);  // nothing to learn but by heart
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(4), kBuckets, {.cost = 100.0});
  EXPECT_LE(share_right(examples, [&](size_t i) { return branch.votes[i]; }), 0.4);
  EXPECT_GE(share_right(examples, [&](size_t i) { return decisions(branch, examples[i]); }), 0.5);
}

TEST(LinearBranch, is_the_same_for_the_same_texts) {
  const auto examples = examples_of(100, 3, true);
  const LinearBranch one = fit_linear_branch(examples, 0, head_of(3), kBuckets, {});
  const LinearBranch two = fit_linear_branch(examples, 0, head_of(3), kBuckets, {});
  EXPECT_TRUE(torch::equal(one.weights.weight, two.weights.weight));
  EXPECT_EQ(one.votes, two.votes);
}

TEST(LinearBranch, takes_a_label_of_a_single_text) {
  auto examples = examples_of(50, 2, true);
  Random random(9);
  examples.push_back(example_of(random, 2, 2));
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(3), kBuckets, {});
  EXPECT_TRUE(branch.weights.weight.isfinite().all().item<bool>());
  EXPECT_EQ(greatest(decisions(branch, examples.back())), 2);
  EXPECT_NE(greatest(branch.votes.back()), 2);  // the machine that judges it has never met its label
}

TEST(LinearBranch, takes_a_text_without_n_grams) {
  auto examples = examples_of(50, 2, true);
  examples.front().text_ngrams = {.buckets = {}, .values = {}, .begins = {0, 0}};
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(2), kBuckets, {});
  EXPECT_TRUE(std::isfinite(branch.votes.front()[0]));
}

TEST(LinearBranch, takes_several_labels_a_text_or_none) {
  auto examples = examples_of(200, 3, true);
  for (size_t i = 0; i < 20; ++i) examples[i].labels[0].clear();
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(3, true), kBuckets, {});
  int64_t found = 0;
  for (size_t i = 20; i < examples.size(); ++i)
    found += branch.votes[i][examples[i].labels[0].front()] > 0.0F;
  EXPECT_GE(found, 165);  // of 180; the texts without a label say otherwise
}

TEST(LinearBranch, never_judges_a_text_by_its_copy) {
  auto examples = examples_of(100, 4, false);  // nothing to learn but by heart
  for (size_t i = 0; i < 100; ++i) examples.push_back(examples[i]);
  const LinearBranch branch = fit_linear_branch(examples, 0, head_of(4), kBuckets, {.cost = 100.0});
  EXPECT_LE(share_right(examples, [&](size_t i) { return branch.votes[i]; }), 0.4);
}

TEST(LinearBranch, learns_from_the_texts_that_have_its_labels) {
  const auto labelled = examples_of(100, 3, true);
  auto examples = labelled;
  for (Example& example : examples_of(50, 3, true)) {
    example.labels = {kUnlabelled};
    examples.push_back(example);
  }
  const LinearBranch alone = fit_linear_branch(labelled, 0, head_of(3), kBuckets, {});
  const LinearBranch among = fit_linear_branch(examples, 0, head_of(3), kBuckets, {});
  const double greatest_share = share_right(labelled, [&](size_t i) { return among.votes[i]; });
  EXPECT_GE(greatest_share, 0.95);
  EXPECT_EQ(among.votes.back(), (std::vector<float>(3)));
  EXPECT_TRUE(torch::equal(alone.weights.weight.sign(), among.weights.weight.sign()));
}

TEST(LinearBranch, balanced_speaks_up_for_a_rare_label) {
  Random random(5);
  std::vector<Example> examples;
  for (int64_t i = 0; i < 200; ++i) examples.push_back(example_of(random, i < 190 ? 0 : 1, 0));
  const auto rare = [&](bool balanced) {
    const LinearBranch branch =
        fit_linear_branch(examples, 0, head_of(2), kBuckets, {.cost = 0.1, .balanced = balanced});
    double sum = 0;
    for (const Example& example : examples) {
      const auto votes = decisions(branch, example);
      sum += votes[1] - votes[0];
    }
    return sum;
  };
  EXPECT_GT(rare(true), rare(false));
}

TEST(LinearBranch, stays_as_fitted_while_the_network_learns_beside_it) {
  TemporaryFolder folder;
  write_small_tables(folder.path(), 120);
  Recipe recipe = small_recipe(folder.path(), false);
  recipe.model.ngrams.buckets = 500;
  recipe.train.linear_branch = "svm";
  check_recipe(recipe, "small");
  const Corpus corpus = load_corpus(recipe);
  Network network(corpus.config, 1);
  network.start_from(corpus);
  EXPECT_TRUE(torch::equal(network.parameters().at("heads.first.ngrams.weight"), corpus.linear[0].weight));
  const Batch batch = make_batch(corpus.train.examples, {0, 1, 2}, corpus.config);
  network.loss(batch, {}, {}).mean.backward();
  EXPECT_FALSE(network.parameters().at("heads.first.ngrams.weight").grad().defined());
  EXPECT_TRUE(network.parameters().at("heads.first.output.weight").grad().defined());
  EXPECT_TRUE(corpus.valid.examples[0].linear_votes.empty());
}

}  // namespace
// Two texts mean the same where both hold n-gram 1 or both hold 2.
TEST(LinearBranch, of_pairs_knows_which_ngrams_they_share) {
  Random random(9);
  Corpus corpus;
  corpus.config.ngrams.buckets = kBuckets;
  corpus.config.matching = MatchingConfig{.name = "match"};
  for (int i = 0; i < 400; ++i) {
    const int64_t own = 1 + static_cast<int64_t>(random.below(2)),
                  other = 1 + static_cast<int64_t>(random.below(2));
    Example pair = example_of(random, 0, own);
    pair.labels = {};
    pair.other = {example_of(random, 0, other)};
    pair.same = own == other;
    corpus.train.examples.push_back(std::move(pair));
  }
  corpus.train.examples.push_back(example_of(random, 0, 1));  // of no pair
  Recipe recipe;
  recipe.train.linear_branch = "svm";
  fit_linear_branches(recipe, corpus);
  EXPECT_EQ(corpus.pair_linear.sizes(), (torch::IntArrayRef{2 * kBuckets, 1}));
  const auto weight = [&](int64_t bucket) { return corpus.pair_linear[bucket][0].item<float>(); };
  EXPECT_GT(weight(1), weight(kBuckets + 1));
  EXPECT_GT(weight(2), weight(kBuckets + 2));
  double right = 0;
  for (size_t i = 0; i < 400; ++i) {
    const Example& pair = corpus.train.examples[i];
    ASSERT_TRUE(pair.pair_vote.has_value());
    right += (*pair.pair_vote > 0) == *pair.same;
  }
  EXPECT_GT(right / 400, 0.9);
  EXPECT_FALSE(corpus.train.examples.back().pair_vote.has_value());
}

}  // namespace heed::train
