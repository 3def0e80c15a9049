#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "apps/support/message.h"

namespace heed::apps::support {

// Vectors of length 1, one a text, in order.
using Embed = std::function<std::vector<std::vector<float>>(std::span<const std::string>)>;

struct ComposeOptions {
  double temperature = 0.08;  // of the attention: cosines are near each other
  double min_score = 0.5;     // of a passage that is quoted: the probability that it answers the question
  size_t max_sentences = 3;
  double mass = 0.6;           // of the attention, after which no sentence is added
  size_t max_passages = 4;     // that are read
  size_t max_considered = 64;  // sentences of all of them
};

// An answer put together of sentences that stand in passages: not a word of it is Heed's own.
struct Composed {
  std::string text{};                 // "" where nothing is sure enough
  std::vector<Citation> citations{};  // of its sentences, in order
  std::vector<Passage> passages{};    // those that were read, each sentence with its weight
  double confidence = 0.0;            // the best passage's score
  std::string why{};
};

// `passages` run from the most likely to answer the question to the least, their scores these probabilities.
// The question's attention over all their sentences is
//   w_i = softmax_i(q . k_i / temperature + log score_i),
// q and k_i being the vectors of the question and of sentence i (of length 1), score_i that of its passage.
// Of the passages with a score of at least `min_score` are quoted: the first one whole, where it has no more
// than `max_sentences` sentences; else the sentences with the largest weights until they have `mass` of the
// weight of all of theirs, in the order of the passages. Without such a passage `text` is empty, and `why`
// says so. `question` is its vector.
Composed compose(std::span<const float> question, std::vector<Passage> passages, const Embed& embed,
                 const ComposeOptions& options = {});

}  // namespace heed::apps::support
