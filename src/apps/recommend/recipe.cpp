#include "apps/recommend/recipe.h"

#include <algorithm>

#include <fmt/format.h>

namespace heed::apps::recommend {
namespace {

// Beyond it a softmax over all items costs more than the rest of a step many times over.
constexpr size_t kMostForSoftmax = 50'000;
constexpr int64_t kNegatives = 1024;

}  // namespace

std::string make_recipe(const Dataset& dataset) {
  const size_t items = dataset.items.size(), events = dataset.split.train.size();
  const bool words =
      std::ranges::any_of(dataset.items, [](const data::Item& item) { return !item.words().empty(); });
  const bool timed = std::ranges::any_of(
      dataset.split.train, [](const data::Interaction& row) { return row.ts_us != data::kNoTime; });
  const double mean = static_cast<double>(events) / std::max(1, dataset.log.users.size());
  const std::string test = dataset.split.test.empty() ? "" : fmt::format("test = [\"{}\"]\n", kTestFile);
  return fmt::format(
      R"(# Made by `heed recommend train` for {} events on {} items.

[data]
train = ["{}"]
valid = ["{}"]
{}{}drop_leaked = true

[text]
vocabulary = 4000
lowercase = true
ngram_min_texts = 2

[model]
architecture = "transformer_encoder"
dim = 64
ffn_dim = 256
encoder_layers = 2
max_length = {}
activation = "gelu"
positions = "learned"

[model.ngrams]
buckets = {}
words = 2
min_characters = 2
max_characters = 4

[model.attention]
heads = 2

[[model.heads]]
name = "next"
kind = "sequence"
gaps = {}

[train]
epochs = 60
batch_tokens = 1024
accumulate = 2
learning_rate = 0.001
schedule = "cosine"
warmup_steps = 100
dropout = {}
attention_dropout = 0.2
ngram_dropout = 0.2
identity_dropout = {}
label_smoothing = 0.0
weight_decay = 0.0
negatives = {}
metric = "ndcg"
patience = 6
checkpoint_steps = 1000

[output]
description = "What comes next, for {} users."
)",
      events, items, kTrainFile, kValidFile, test, words ? fmt::format("items = \"{}\"\n", kItemsFile) : "",
      mean > 40 ? 100 : 50, words ? 65536 : 0, timed ? 24 : 0, mean > 40 ? 0.3 : 0.5, words ? 0.2 : 0.0,
      items > kMostForSoftmax ? kNegatives : 0, dataset.log.users.size());
}

}  // namespace heed::apps::recommend
