#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace heed::metrics {

// How often each n-gram of a sequence occurs. The keys are views into the sequence, which must outlive them.
using NgramCounts = std::unordered_map<std::u32string_view, int64_t>;
NgramCounts count_ngrams(std::u32string_view sequence, size_t order);

// Sum over n-grams of the smaller of the two counts.
int64_t count_matches(const NgramCounts& hypothesis, const NgramCounts& reference);

// How many n-grams of this order a sequence of `length` has.
inline int64_t ngram_total(size_t length, size_t order) {
  return length < order ? 0 : static_cast<int64_t>(length - order + 1);
}

// Turns words into numbers, equal words into equal ones, so that word n-grams are counted as character
// n-grams are.
template <class Word>
class WordNumbers {
 public:
  std::u32string operator()(std::span<const Word> words) {
    std::u32string numbers;
    for (const Word& word : words) {
      numbers.push_back(numbers_.try_emplace(word, static_cast<char32_t>(numbers_.size())).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<Word, char32_t> numbers_;
};

}  // namespace heed::metrics
