#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "attention/attention.h"
#include "train/examples.h"

namespace heed::train {

// Rows of n-grams as LibTorch's embedding_bag takes them. Undefined where the model has none.
struct PackedNgrams {
  torch::Tensor buckets;  // [K] int64
  torch::Tensor values;   // [K] float
  torch::Tensor begins;   // [R] int64: where each row begins
};

// Texts of a batch one after another, without padding: row i of any [N, D] tensor belongs to ids[i].
struct PackedTexts {
  torch::Tensor ids;            // [N] int64
  torch::Tensor positions;      // [N] int64, from 0 in each text
  std::vector<int64_t> begins;  // B + 1 row numbers: text b is rows begins[b] .. begins[b + 1]

  // Of a sequence of items: the kind of each event, and the bucket of the time since the one before.
  torch::Tensor kinds, gaps;  // [N] int64

  PackedNgrams token_ngrams;                // a row a token
  PackedNgrams text_ngrams;                 // a row a text
  std::vector<torch::Tensor> linear_votes;  // a head, [B, L] (Example::linear_votes), or none

  int64_t texts() const { return static_cast<int64_t>(begins.size()) - 1; }
  int64_t rows() const { return begins.back(); }
};

// Which rows attend to which: text b of `queries` to text b of `keys`.
std::vector<attention::Sequence> pair_sequences(const PackedTexts& queries, const PackedTexts& keys);

// Pairs of a batch's texts, for a matching head.
struct PackedPairs {
  std::vector<int64_t> first, second;         // [P] text numbers in Batch::source
  torch::Tensor labels;                       // [P] float: 1 the two mean the same, 0 they do not
  torch::Tensor first_groups, second_groups;  // [P] int64, Example::group
  PackedNgrams ngrams;                        // a row a pair, text/pair_ngrams.h; where model.ngrams.linear
  torch::Tensor linear_votes;                 // [P] float, Example::pair_vote; undefined where there are none
  // So many stand in the data. Behind them, for each whose label the data do not give, its first text with
  // the second of another: a pair that does not mean the same.
  int64_t given = 0;

  int64_t pairs() const { return static_cast<int64_t>(first.size()); }
};

struct Batch {
  int64_t examples = 0;         // the first so many texts of source; the other ones of pairs follow
  PackedTexts source;           // ids + </s>
  PackedTexts target;           // <s> + ids
  torch::Tensor target_labels;  // [rows of target] int64: ids + </s>
  // A classification head: which texts have labels of it, [R] int64; undefined: all, R = B.
  std::vector<torch::Tensor> head_rows;
  // A head: class numbers [R] int64, or 0/1 [R, L] float where multi-label.
  std::vector<torch::Tensor> head_labels;
  // A head: probabilities [R, L] of Example::soft_labels; undefined: no teacher.
  std::vector<torch::Tensor> head_soft_labels;
  // Where tokens of the source are to be guessed (masked_tokens.h): their rows [M] int64, rising, and their
  // ids [M] int64. Undefined otherwise.
  torch::Tensor masked_rows, masked_ids;
  // Sequences: rows whose next item is to be guessed [M] int64, undefined: all; and those items [M] int64.
  torch::Tensor next_rows, next_items;
  PackedPairs pairs;
  std::vector<std::pair<int64_t, torch::Tensor>> tags;  // tagging: a text's number and its tags [T] int64
};

// Example numbers of each batch: texts of like length together, at most `batch_tokens` tokens on the longer
// side (one text always fits), batches in random order. Which examples: draw_examples. A pure function of the
// examples, the seed and the epoch.
std::vector<std::vector<int64_t>> plan_batches(const std::vector<Example>& examples, int64_t batch_tokens,
                                               uint64_t seed, int64_t epoch, double task_temperature = 1.0);

// The examples of an epoch. Of N in all, set s with n_s of them has a share in proportion to n_s^(1/T), in
// whole numbers and at least one: whole passes over the set and the rest by chance, none of it twice. T = 1:
// each example once; the larger T, the more alike the sets.
std::vector<int64_t> draw_examples(const std::vector<Example>& examples, double task_temperature,
                                   uint64_t seed, int64_t epoch);

// Examples in order, at most `batch_tokens` tokens and 256 of them together.
std::vector<std::vector<int64_t>> batches_in_order(const std::vector<Example>& examples,
                                                   int64_t batch_tokens);

Batch make_batch(const std::vector<Example>& examples, const std::vector<int64_t>& numbers,
                 const ModelConfig& config);

PackedNgrams pack_ngrams(NgramRows rows);

}  // namespace heed::train
