#include "apps/support/recipe.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr size_t kFewestExamples = 20;
// Banking77: 12 passes over 9500 examples. As many steps for fewer, within reason.
constexpr double kExamplesSeen = 120000;
constexpr int64_t kFewestEpochs = 12, kMostEpochs = 40;

int64_t epochs_for(size_t examples) {
  return std::clamp(std::llround(kExamplesSeen / static_cast<double>(examples)),
                    static_cast<long long>(kFewestEpochs), static_cast<long long>(kMostEpochs));
}

// A basic TOML string.
std::string quoted(const std::string& text) { return Json(text).dump(); }

}  // namespace

std::string make_recipe(const Dataset& dataset, const RecipeOptions& options) {
  const size_t examples = dataset.examples.size(), intents = dataset.intents().size();
  if (intents < 2 || examples < kFewestExamples) {
    throw Error(ErrorCode::invalid_argument, options.folder + ": expected two intents and " +
                                                 std::to_string(kFewestExamples) +
                                                 " examples or more, found " + std::to_string(intents) +
                                                 " and " + std::to_string(examples));
  }
  const std::string test = options.test.empty() ? "" : "test = [" + quoted(options.test) + "]\n";
  return fmt::format(
      R"(# Made by `heed support train` for {} examples of {} intents.

[data]
folder = {}
train = [{}]
valid = [{}]
{}text = "text"
drop_leaked = true

[text]
vocabulary = 3000
lowercase = true
ngram_min_texts = 1

[model]
architecture = "transformer_encoder"
dim = 192
ffn_dim = 512
encoder_layers = 2
max_length = 128

[model.ngrams]
buckets = 65536

[model.attention]
heads = 4

[[model.heads]]
name = "intent"
label = "intent"

[train]
epochs = {}
batch_tokens = 512
accumulate = 2
learning_rate = 0.001
schedule = "cosine"
warmup_steps = 100
dropout = 0.3
attention_dropout = 0.1
label_smoothing = 0.1
weight_decay = 0.01
linear_branch = "svm"
average_decay = 0.998
metric = "accuracy"
checkpoint_steps = 500
seed = {}

[output]
model = {}
description = {}
)",
      examples, intents, quoted(options.folder), quoted(options.train), quoted(options.valid), test,
      epochs_for(examples), options.seed, quoted(options.model),
      quoted("Intents of customers' questions: " + std::to_string(intents) + " intents."));
}

}  // namespace heed::apps::support
