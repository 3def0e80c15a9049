#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace heed::apps {

struct WordWeight {
  std::string word;
  double weight = 0.0;
};

// Shares of attention (or votes) over tokenizer pieces, summed to words: a word is what white space
// separates, and in Chinese, which has none, a piece. </s> is left out. Strongest first, at most `most`.
std::vector<WordWeight> strongest_words(const std::vector<std::string>& pieces,
                                        std::span<const float> attention, size_t most);

}  // namespace heed::apps
