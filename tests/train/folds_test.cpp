#include "train/folds.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace heed::train {
namespace {

std::vector<Example> examples_of(const std::vector<int64_t>& labels) {
  std::vector<Example> examples;
  for (size_t i = 0; i < labels.size(); ++i) {
    examples.emplace_back().source = {static_cast<int32_t>(i), 7};
    examples.back().labels = {{labels[i]}};
  }
  return examples;
}

TEST(StratifiedFolds, have_like_sizes_and_like_shares_of_each_label) {
  std::vector<int64_t> labels;
  for (int i = 0; i < 103; ++i) labels.push_back(i % 10 == 0 ? 2 : i % 3 == 0 ? 1 : 0);
  const auto fold = stratified_folds(examples_of(labels), 5, 3);
  std::map<int64_t, int> sizes;
  std::map<std::pair<int64_t, int64_t>, int> shares;
  for (size_t i = 0; i < labels.size(); ++i) {
    ++sizes[fold[i]];
    ++shares[{labels[i], fold[i]}];
  }
  ASSERT_EQ(sizes.size(), 5U);
  for (const int64_t label : {0, 1, 2}) {
    const auto total = std::count(labels.begin(), labels.end(), label);
    for (int64_t f = 0; f < 5; ++f) {
      EXPECT_NEAR(sizes[f], 103 / 5.0, 1.0);
      EXPECT_NEAR((shares[{label, f}]), static_cast<double>(total) / 5.0, 1.0) << label << " in " << f;
    }
  }
}

TEST(StratifiedFolds, are_a_function_of_the_seed_and_keep_equal_texts_together) {
  std::vector<Example> examples = examples_of(std::vector<int64_t>(60, 0));
  for (int i = 0; i < 30; ++i) examples[i + 30] = examples[i];
  examples[31].labels = {{1}};  // the same text with another label
  const auto fold = stratified_folds(examples, 4, 9);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(fold[i], fold[i + 30]);
  EXPECT_EQ(stratified_folds(examples, 4, 9), fold);
  EXPECT_NE(stratified_folds(examples, 4, 10), fold);
}

TEST(StratifiedFolds, of_fewer_texts_are_empty_at_the_end) {
  auto fold = stratified_folds(examples_of({0, 1, 0}), 5, 1);
  std::ranges::sort(fold);
  EXPECT_EQ(fold, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_TRUE(stratified_folds({}, 5, 1).empty());
}

}  // namespace
}  // namespace heed::train
