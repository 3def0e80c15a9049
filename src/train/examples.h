#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "data/table.h"
#include "text/ngrams.h"
#include "text/normalise.h"
#include "text/tokenizer.h"
#include "train/recipe.h"

namespace heed::train {

// In place of a head's label numbers: the row's data set has no labels of that head.
inline const std::vector<int64_t> kUnlabelled = {-1};

// One training example as numbers. Ids without <s> and </s>.
struct Example {
  std::vector<int32_t> source;
  std::vector<int32_t> target;  // translation
  std::vector<std::vector<int64_t>>
      labels;  // a classification head: its label numbers (exactly one unless multi-label)
  std::vector<std::vector<float>>
      soft_labels;         // a head, probabilities of its labels [L] as teachers see them; empty: no teacher
  int32_t set = 0;         // of recipe.sets()
  NgramRows token_ngrams;  // a row a token of source, and an empty one of </s>; where model.ngrams.embedding
  NgramRows text_ngrams;   // one row; where model.ngrams.linear
  // A training text's votes of a linear branch that had not seen it: a head, [L] (train/linear_branch.h).
  // Empty: the network's own table votes.
  std::vector<std::vector<float>> linear_votes;
  // Matching: the row's other text (its source and n-grams), or none; whether the two mean the same (none:
  // the data has no such column, and they do); and the number of all texts of the split that are known to
  // mean the same as this one (train/pairs.h).
  std::vector<Example> other = {};
  std::optional<bool> same = {};
  int64_t group = 0;
  // A training pair's vote of a linear branch that had not seen it (train/linear_branch.h).
  std::optional<float> pair_vote = {};
  // Tagging: a tag a token of source; none: the row has no spans of the head.
  std::optional<std::vector<int64_t>> tags = {};
  // Where, in tokens, those spans begin that tokens cannot say exactly, -1 of one that is cut off: no answer
  // is right there.
  std::vector<int64_t> inexact_spans = {};

  // Sequence: of each item of source its event's kind and bucket of time; whether its last item alone is to
  // be guessed, which is held out; and then all items of the history, which are not to be recommended.
  std::vector<int32_t> kinds = {}, gaps = {};
  bool guess_last = false;
  std::vector<int32_t> seen = {};

  bool labelled(size_t head) const { return labels[head] != kUnlabelled; }
};

// The ids of a normalised text, cut to leave room for </s>.
std::vector<int32_t> encode(const Tokenizer& tokenizer, const std::string& text, int64_t max_length);

// Finds the n-grams of an encoder's example's source; `weights` [buckets] as text/ngrams.h has them.
void add_ngrams(Example& example, const Tokenizer& tokenizer, const NgramConfig& config,
                std::span<const float> weights);

// Texts as they were, beside their numbers: what metrics over text need.
struct Split {
  data::Table table;
  std::vector<Example> examples;

  // The rows that have labels of a head, in order.
  std::vector<int64_t> labelled(size_t head) const;
};

struct Tokenizers {
  Tokenizer source;
  Tokenizer target;  // the same one when joint, or for an encoder
};

// What a head's linear branch starts from (train/linear_branch.h).
struct LinearWeights {
  torch::Tensor weight;  // [buckets, L]
  torch::Tensor bias;    // [L]
};

// A recipe's data, read, checked, split and turned into numbers.
struct Corpus {
  Split train, valid, test;
  Split unlabelled = {};  // of pretrain.files, where the recipe uses them: data.text alone
  Split pretrain = {};    // what is pre-trained on: examples alone
  Split pretrain_valid = {};
  Tokenizers tokenizers;
  std::vector<float> ngram_weights = {};   // [model.ngrams.buckets], of the training rows
  NgramRows item_ngrams = {};              // a row an item of config.sequence, where it reads their words
  std::vector<LinearWeights> linear = {};  // a head, where train.linear_branch = "svm"
  torch::Tensor pair_linear = {};          // the same of a matching head, [2 buckets, 1]
  ModelConfig config;  // the recipe's, with vocabulary sizes, tokenizer files and labels filled in
  std::vector<std::string> sets = {};  // names of the data sets; empty where data.sets is
  std::string report;                  // of the training rows, for a person
  int64_t dropped_leaks = 0;
};

// More training rows, of the columns data.source and data.target, made once the held-out rows are known:
// given them, validation and test.
using MoreRows = std::function<data::Table(const std::vector<const data::Table*>& held_out)>;

// Reads the recipe's tables. Refuses leaks between training and held-out rows unless data.drop_leaked. Where
// `tokenizer_bytes` is not empty (a resumed run) it holds the .model files by name; otherwise tokenizers are
// learned from the training rows, and the texts that are pre-trained on. Throws with file, line and cure.
// `more_rows`, where given, join the training rows (never validation), leaks left out.
Corpus load_corpus(const Recipe& recipe, const std::map<std::string, std::string>& tokenizer_bytes = {},
                   const MoreRows& more_rows = {});

// Translations of the training sources by another model, one a training row: each joins as one more row, or,
// `replace`, takes the place of the row's target. Empty ones, and those that are the row's own target, are
// left out.
void add_targets(const Recipe& recipe, const std::vector<std::string>& targets, bool replace, Corpus& corpus);

// The tokenizer files of a model directory, by name.
std::map<std::string, std::string> tokenizer_files(const Corpus& corpus);

}  // namespace heed::train
