#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed::apps::digest {

// A text as its words: (number, weight), numbers rising, of Euclidean length 1, or empty.
using WordRow = std::vector<std::pair<uint32_t, float>>;

// Words of every language as search/terms.h finds them, numbered as they come; how many texts had each.
class Vocabulary {
 public:
  // Counts a text's words once each.
  void learn(std::string_view text);
  // (1 + log count) * idf each, idf = log(1 + texts / texts with the word); a word never learned counts as
  // one of a single text.
  WordRow row(std::string_view text);
  const std::string& word(uint32_t number) const { return words_[number]; }

 private:
  uint32_t number_of(const std::string& word);

  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<std::string> words_;
  std::vector<uint32_t> texts_with_;
  uint32_t texts_ = 0;
};

// Sum of products over the words that both have: the cosine of rows of length 1.
double dot(const WordRow& a, const WordRow& b);

}  // namespace heed::apps::digest
