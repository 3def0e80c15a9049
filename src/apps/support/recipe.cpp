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

// Small sets are drawn more often than their rows are: rows^(1/2).
constexpr int kTaskTemperature = 2;

// A basic TOML string.
std::string quoted(const std::string& text) { return Json(text).dump(); }

struct Parts {
  bool entities = false, pairs = false;
  bool several() const { return entities || pairs; }
};

Parts parts_of(const Dataset& dataset, const DividedRows& rows) {
  const bool any = std::ranges::any_of(dataset.examples,
                                       [](const LabelledText& example) { return !example.entities.empty(); });
  return {.entities = any && rows.entities >= kFewestMarked, .pairs = rows.pairs >= kFewestPairs};
}

// The examples alone, or [[data.sets]], one a head.
std::string data_section(const RecipeOptions& options, const Parts& parts) {
  const std::string tables = fmt::format(
      "train = [{}]\nvalid = [{}]\n{}text = \"text\"\n", quoted(options.train), quoted(options.valid),
      options.test.empty() ? "" : "test = [" + quoted(options.test) + "]\n");
  std::string text = "[data]\nfolder = " + quoted(options.folder) + "\n";
  if (!parts.several()) return text + tables + "drop_leaked = true\n";
  text += "drop_leaked = true\n\n[[data.sets]]\nname = \"examples\"\n" + tables + "heads = [\"intent\"]\n";
  const auto add = [&](const char* name, const char* file, const std::string& valid, const char* head) {
    text += fmt::format(
        "\n[[data.sets]]\nname = \"{}\"\ntrain = [\"{}\"]\nvalid = [{}]\ntext = \"text\"\nheads = [\"{}\"]\n",
        name, file, valid, head);
  };
  const std::string held_out = options.rows.held_out_entities > 0 ? quoted(kHeldOutEntitiesFile) : "";
  if (parts.entities) add("entities", kLearnedEntitiesFile, held_out, "entities");
  if (parts.pairs) add("pairs", kLearnedPairsFile, "", "match");
  return text;
}

std::string heads_section(const Parts& parts) {
  std::string text = "[[model.heads]]\nname = \"intent\"\nlabel = \"intent\"\n";
  if (parts.entities)
    text += "\n[[model.heads]]\nname = \"entities\"\nkind = \"tagging\"\nlabel = \"entities\"\n";
  if (parts.pairs)
    text += "\n[[model.heads]]\nname = \"match\"\nkind = \"matching\"\nother = \"other\"\nwidth = 128\n";
  return text;
}

}  // namespace

std::string make_recipe(const Dataset& dataset, const RecipeOptions& options) {
  const size_t examples = dataset.examples.size(), intents = dataset.intents().size();
  if (intents < 2 || examples < kFewestExamples) {
    throw Error(ErrorCode::invalid_argument, options.folder + ": expected two intents and " +
                                                 std::to_string(kFewestExamples) +
                                                 " examples or more, found " + std::to_string(intents) +
                                                 " and " + std::to_string(examples));
  }
  const Parts parts = parts_of(dataset, options.rows);
  return fmt::format(
      R"(# Made by `heed support train` for {} examples of {} intents.

{}
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

{}
[train]
epochs = {}
{}batch_tokens = 512
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
      examples, intents, data_section(options, parts), heads_section(parts), epochs_for(examples),
      parts.several() ? fmt::format("task_temperature = {}\n", kTaskTemperature) : "", options.seed,
      quoted(options.model),
      quoted("Intents of customers' questions: " + std::to_string(intents) + " intents."));
}

}  // namespace heed::apps::support
