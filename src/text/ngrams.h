#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heed {

// Which n-grams of a text are looked at, and into how many buckets they are hashed. The same numbers must be
// used in training and in serving: they stand in config.json.
struct NgramOptions {
  int64_t buckets = 0;         // 0: no n-grams
  int64_t words = 2;           // runs of 1 to `words` words
  int64_t min_characters = 2;  // and of characters within a word, its two ends marked
  int64_t max_characters = 5;  // 0: no characters

  bool operator==(const NgramOptions&) const = default;
};

// Rows of hashed n-grams one after another: row r is [begins[r], begins[r + 1]) of buckets and values.
struct NgramRows {
  std::vector<int32_t> buckets;
  std::vector<float> values;
  std::vector<int64_t> begins{0};

  int64_t rows() const { return static_cast<int64_t>(begins.size()) - 1; }
  void append(const NgramRows& more);
};

// Texts are given as the pieces of their tokenizer ("▁how", "▁are", ...), so that each n-gram belongs to a
// token: the one in which it starts. A word runs from one "▁" to the next; where script runs on without
// spaces (Han, Kana, Thai, ...) a piece is a word, and runs of characters cross pieces.
//
// `weights` [buckets] says how much an n-gram of each bucket counts; 0: not at all. Empty: 1 each.

// Long enough that the weights a linear model needs are of the order of a tenth, and are learned at the rate
// of a network's others.
constexpr float kTextLength = 10.0F;

// A row a piece: its n-grams, each of value 1 / sqrt(their number). One more row, empty, of the </s> that
// ends every text.
NgramRows token_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                       std::span<const float> weights);

// One row, the text's, buckets rising: tf-idf as (1 + log count) * weight, of words and of characters each
// scaled to Euclidean length kTextLength * sqrt(1/2).
NgramRows text_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                      std::span<const float> weights);

// The text's row for a sum that is to be as long as the table's own rows: text_ngrams at Euclidean length 1,
// so that the sums of two texts over a random table have about the cosine of their tf-idf.
NgramRows unit_text_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                           std::span<const float> weights);

// The same row taken apart: an n-gram occurrence by the piece in which it starts. Added up over equal buckets
// the values are those of text_ngrams.
struct PieceNgram {
  int64_t piece;
  int32_t bucket;
  float value;
};
std::vector<PieceNgram> text_ngrams_by_piece(std::span<const std::string> pieces, const NgramOptions& options,
                                             std::span<const float> weights);

// Counts in how many texts each bucket occurs.
class NgramCounter {
 public:
  explicit NgramCounter(const NgramOptions& options);

  void add(std::span<const std::string> pieces);

  // Smoothed inverse document frequency [buckets]: 1 + log((1 + texts) / (1 + texts with it)); 0 where fewer
  // than `min_texts` have it.
  std::vector<float> weights(int64_t min_texts) const;

 private:
  NgramOptions options_;
  int64_t texts_ = 0;
  std::vector<int64_t> texts_with_;
};

}  // namespace heed
