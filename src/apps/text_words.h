#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heed::apps {

// A word of a text as it was sent, and what a reason gives it.
struct TextWord {
  std::string text;
  int64_t start = 0, end = 0;  // in code points of the text
  double weight = 0.0;
  double vote = 0.0;
};

// Shares of attention, and votes where there are any, over a tokenizer's pieces, laid on the words of the
// text itself: what white space separates, and a Chinese, Japanese or Korean letter. Pieces are found in the
// text one after another; where normalisation changed it (ﬁ, full-width letters), a piece lies where its
// share of the characters does. In the order of the text; </s> is left out.
std::vector<TextWord> words_of_text(const std::string& text, const std::vector<std::string>& pieces,
                                    std::span<const float> weights, std::span<const float> votes);

}  // namespace heed::apps
