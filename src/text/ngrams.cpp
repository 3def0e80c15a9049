#include "text/ngrams.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "base/random.h"
#include "text/script.h"

namespace heed {
namespace {

enum class Kind : uint64_t { words = 1, characters = 2 };

struct Character {
  std::string_view bytes;
  int64_t piece;
  bool space() const { return bytes == kPieceSpace; }
};

struct Word {
  std::string_view bytes;
  int64_t piece;
};

size_t character_bytes(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// A text put together again from its pieces, "▁" at its end, and cut into characters and words.
class Spelling {
 public:
  explicit Spelling(std::span<const std::string> pieces) {
    for (const std::string& piece : pieces) text_ += piece;
    text_ += kPieceSpace;
    size_t at = 0, end = 0;
    for (size_t p = 0; p <= pieces.size(); ++p) {
      end += p < pieces.size() ? pieces[p].size() : kPieceSpace.size();
      bool first = true;
      while (at < end) {
        const size_t bytes = std::min(character_bytes(text_[at]), end - at);
        add({std::string_view(text_).substr(at, bytes), static_cast<int64_t>(p)}, first);
        first = false;
        at += bytes;
      }
    }
  }

  const std::vector<Character>& characters() const { return characters_; }
  const std::vector<Word>& words() const { return words_; }

 private:
  void add(const Character& character, bool first_of_piece) {
    const bool after_space = characters_.empty() || characters_.back().space();
    const bool starts =
        after_space || (first_of_piece && (runs_on(character.bytes) || runs_on(characters_.back().bytes)));
    characters_.push_back(character);
    if (character.space()) return;
    if (starts) {
      words_.push_back({character.bytes, character.piece});
    } else {
      Word& word = words_.back();
      word.bytes = {word.bytes.data(), word.bytes.size() + character.bytes.size()};
    }
  }

  std::string text_;
  std::vector<Character> characters_;
  std::vector<Word> words_;
};

// A running hash of bytes (FNV-1a), stirred at the end.
class Hash {
 public:
  explicit Hash(Kind kind) : state_(0xcbf29ce484222325ULL ^ static_cast<uint64_t>(kind)) {}
  void add(std::string_view bytes) {
    for (const char byte : bytes) state_ = (state_ ^ static_cast<uint8_t>(byte)) * 0x100000001b3ULL;
  }
  int32_t bucket(int64_t buckets) const {
    return static_cast<int32_t>(mix64(state_) % static_cast<uint64_t>(buckets));
  }

 private:
  uint64_t state_;
};

// Calls visit(piece, kind, bucket) for every n-gram of a text.
template <class Visit>
void for_each_ngram(std::span<const std::string> pieces, const NgramOptions& options, Visit visit) {
  const Spelling spelling(pieces);
  const auto& words = spelling.words();
  for (size_t i = 0; i < words.size(); ++i) {
    Hash hash(Kind::words);
    for (size_t n = 0; n < static_cast<size_t>(options.words) && i + n < words.size(); ++n) {
      hash.add(words[i + n].bytes);
      hash.add(" ");
      visit(words[i].piece, Kind::words, hash.bucket(options.buckets));
    }
  }
  const auto& characters = spelling.characters();
  for (size_t i = 0; i + 1 < characters.size(); ++i) {
    Hash hash(Kind::characters);
    for (size_t n = 0; n < static_cast<size_t>(options.max_characters) && i + n < characters.size(); ++n) {
      const Character& last = characters[i + n];
      hash.add(last.bytes);
      const bool only_space = n == 0 && last.space();
      if (n + 1 >= static_cast<size_t>(options.min_characters) && !only_space)
        visit(characters[i].piece, Kind::characters, hash.bucket(options.buckets));
      if (n > 0 && last.space()) break;  // the word's end
    }
  }
}

float weight_of(std::span<const float> weights, int32_t bucket) {
  return weights.empty() ? 1.0F : weights[bucket];
}

size_t group_of(Kind kind) { return kind == Kind::words ? 0 : 1; }

struct Found {
  double count = 0.0;  // in the text
  double value = 0.0;  // all of them together
};

// Of words, then of characters: what each bucket that counts has in a text.
std::array<std::map<int32_t, Found>, 2> tf_idf(std::span<const std::string> pieces,
                                               const NgramOptions& options, std::span<const float> weights) {
  std::array<std::map<int32_t, Found>, 2> groups;
  for_each_ngram(pieces, options, [&](int64_t, Kind kind, int32_t bucket) {
    if (weight_of(weights, bucket) > 0.0F) groups[group_of(kind)][bucket].count += 1.0;
  });
  for (auto& group : groups) {
    double square = 0.0;
    for (auto& [bucket, found] : group) {
      found.value = (1.0 + std::log(found.count)) * weight_of(weights, bucket);
      square += found.value * found.value;
    }
    for (auto& [bucket, found] : group) found.value *= kTextLength / std::sqrt(2.0 * square);
  }
  return groups;
}

}  // namespace

void NgramRows::append(const NgramRows& more) {
  const auto offset = static_cast<int64_t>(buckets.size());
  buckets.insert(buckets.end(), more.buckets.begin(), more.buckets.end());
  values.insert(values.end(), more.values.begin(), more.values.end());
  for (size_t r = 1; r < more.begins.size(); ++r) begins.push_back(offset + more.begins[r]);
}

NgramRows token_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                       std::span<const float> weights) {
  std::vector<std::vector<int32_t>> rows(pieces.size() + 1);
  for_each_ngram(pieces, options, [&](int64_t piece, Kind, int32_t bucket) {
    if (weight_of(weights, bucket) > 0.0F) rows[piece].push_back(bucket);
  });
  NgramRows result;
  for (const std::vector<int32_t>& row : rows) {
    result.buckets.insert(result.buckets.end(), row.begin(), row.end());
    result.values.insert(result.values.end(), row.size(), 1.0F / std::sqrt(static_cast<float>(row.size())));
    result.begins.push_back(static_cast<int64_t>(result.buckets.size()));
  }
  return result;
}

NgramRows text_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                      std::span<const float> weights) {
  std::map<int32_t, double> sums;
  for (const auto& group : tf_idf(pieces, options, weights)) {
    for (const auto& [bucket, found] : group) sums[bucket] += found.value;
  }
  NgramRows row;
  for (const auto& [bucket, value] : sums) {
    row.buckets.push_back(bucket);
    row.values.push_back(static_cast<float>(value));
  }
  row.begins.push_back(static_cast<int64_t>(row.buckets.size()));
  return row;
}

NgramRows unit_text_ngrams(std::span<const std::string> pieces, const NgramOptions& options,
                           std::span<const float> weights) {
  NgramRows row = text_ngrams(pieces, options, weights);
  for (float& value : row.values) value /= kTextLength;
  return row;
}

std::vector<PieceNgram> text_ngrams_by_piece(std::span<const std::string> pieces, const NgramOptions& options,
                                             std::span<const float> weights) {
  const auto groups = tf_idf(pieces, options, weights);
  std::vector<PieceNgram> ngrams;
  for_each_ngram(pieces, options, [&](int64_t piece, Kind kind, int32_t bucket) {
    const auto& group = groups[group_of(kind)];
    const auto found = group.find(bucket);
    if (found == group.end()) return;
    ngrams.push_back({piece, bucket, static_cast<float>(found->second.value / found->second.count)});
  });
  return ngrams;
}

NgramCounter::NgramCounter(const NgramOptions& options)
    : options_(options), texts_with_(static_cast<size_t>(options.buckets)) {}

void NgramCounter::add(std::span<const std::string> pieces) {
  ++texts_;
  for (const int32_t bucket : text_ngrams(pieces, options_, {}).buckets) ++texts_with_[bucket];
}

std::vector<float> NgramCounter::weights(int64_t min_texts) const {
  std::vector<float> weights(texts_with_.size());
  for (size_t b = 0; b < weights.size(); ++b) {
    if (texts_with_[b] < std::max<int64_t>(1, min_texts)) continue;
    weights[b] = static_cast<float>(
        1.0 + std::log((1.0 + static_cast<double>(texts_)) / (1.0 + static_cast<double>(texts_with_[b]))));
  }
  return weights;
}

}  // namespace heed
