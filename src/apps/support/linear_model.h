#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/ngrams.h"

namespace heed::apps::support {

// A fast classifier for judging data, not for serving: multinomial logistic regression on hashed tf-idf
// n-grams of words and characters,
//   p(y | x) = softmax(W x)_y, W by stochastic gradient descent on the log loss, rate falling to 0,
// about 3 s for 10 000 texts of 77 intents. Any language: a Chinese character is a word.
struct LinearOptions {
  int64_t epochs = 12;
  double rate = 0.02;  // of the first step
  uint64_t seed = 1;   // of the order of examples
};

// The n-grams of texts, each text's once for any number of models.
class TextNgrams {
 public:
  explicit TextNgrams(const std::vector<std::string>& texts);

  // Of one text: [begin, end) of buckets and values, rising.
  std::span<const int32_t> buckets(size_t text) const;
  std::span<const float> values(size_t text) const;
  size_t size() const { return static_cast<size_t>(rows_.rows()); }

 private:
  NgramRows rows_;
};

// Trained on the texts `rows` of `ngrams`; labels [texts], 0 to classes - 1. Same input, same model.
class LinearModel {
 public:
  LinearModel(const TextNgrams& ngrams, std::span<const int32_t> labels, std::span<const size_t> rows,
              int64_t classes, const LinearOptions& options = {});

  // Probabilities [classes] of a text.
  std::vector<float> predict(const TextNgrams& ngrams, size_t text) const;

 private:
  void add_scores(const TextNgrams& ngrams, size_t text, std::span<float> scores) const;

  int64_t classes_;
  std::vector<float> weights_;  // [buckets, classes]
};

// The pieces of a text as text/ngrams.h wants them: lower case, a word or a mark "▁word", a letter of a
// script without spaces a piece by itself.
std::vector<std::string> word_pieces(const std::string& text);

}  // namespace heed::apps::support
