#include "apps/word_weights.h"

#include <algorithm>
#include <string_view>

#include "text/normalise.h"

namespace heed::apps {
namespace {

constexpr std::string_view kWordBegin = "\xe2\x96\x81";  // U+2581, SentencePiece's mark

bool is_wide_script(std::string_view text) {
  const std::string script = dominant_script(text);
  return script == "Han" || script == "Hiragana" || script == "Katakana" || script == "Hangul";
}

}  // namespace

std::vector<WordWeight> strongest_words(const std::vector<std::string>& pieces,
                                        std::span<const float> attention, size_t most) {
  std::vector<WordWeight> words;
  bool apart = true;  // the next piece begins a word
  for (size_t i = 0; i < std::min(pieces.size(), attention.size()); ++i) {
    std::string_view piece = pieces[i];
    if (piece == "</s>") continue;
    if (piece.starts_with(kWordBegin)) {
      apart = true;
      piece.remove_prefix(kWordBegin.size());
    }
    if (piece.empty()) continue;
    const bool wide = is_wide_script(piece);
    if (apart || wide || words.empty()) {
      words.push_back({std::string(piece), attention[i]});
    } else {
      words.back().word += piece;
      words.back().weight += attention[i];
    }
    apart = wide;
  }
  std::ranges::stable_sort(words,
                           [](const WordWeight& a, const WordWeight& b) { return a.weight > b.weight; });
  if (words.size() > most) words.resize(most);
  return words;
}

}  // namespace heed::apps
