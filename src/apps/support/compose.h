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
  double temperature = 0.08;     // of the attention: cosines are near each other
  double min_confidence = 0.55;  // below it nothing is composed
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
  double confidence = 0.0;            // mean cosine of the chosen sentences, weighted by their attention
  std::string why{};
};

// The question's attention over all sentences of the passages,
//   w_i = softmax_i(q . k_i / temperature),
// q and k_i being the vectors of the question and of sentence i (of length 1). The sentences with the largest
// weights are taken until they have `mass` of it, and stand in the order of the passages. `question` is its
// vector; empty passages, or none that is sure enough, leave `text` empty, and `why` says so.
Composed compose(std::span<const float> question, std::vector<Passage> passages, const Embed& embed,
                 const ComposeOptions& options = {});

}  // namespace heed::apps::support
