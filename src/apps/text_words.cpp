#include "apps/text_words.h"

#include <algorithm>
#include <string_view>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "text/normalise.h"
#include "text/script.h"

namespace heed::apps {
namespace {

struct Character {
  std::string_view text;
  bool is_space = false;
};

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  for (int32_t i = 0, end = static_cast<int32_t>(text.size()); i < end;) {
    const int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, end, c);
    characters.push_back({text.substr(static_cast<size_t>(begin), static_cast<size_t>(i - begin)),
                          c >= 0 && u_isUWhiteSpace(c) != 0});
  }
  return characters;
}

// Characters of a piece that are not a space, as far as it says: -1 for an unknown one.
int64_t length_of(std::string_view piece) {
  if (piece == "<unk>") return -1;
  if (piece == "</s>") return 0;
  if (piece.starts_with(kPieceSpace)) piece.remove_prefix(kPieceSpace.size());
  return count_characters(piece);
}

// Where each piece ends among `total` characters. Unknown pieces share what the others leave.
std::vector<double> ends_of(const std::vector<std::string>& pieces, int64_t total) {
  int64_t known = 0, unknown = 0;
  for (const std::string& piece : pieces) {
    const int64_t length = length_of(piece);
    if (length < 0)
      ++unknown;
    else
      known += length;
  }
  const double of_unknown =
      unknown == 0 ? 0.0 : std::max(1.0, static_cast<double>(total - known) / static_cast<double>(unknown));
  const double sum = static_cast<double>(known) + of_unknown * static_cast<double>(unknown);
  const double scale = sum > 0.0 ? static_cast<double>(total) / sum : 0.0;
  std::vector<double> ends;
  double end = 0.0;
  for (const std::string& piece : pieces) {
    const int64_t length = length_of(piece);
    end += scale * (length < 0 ? of_unknown : static_cast<double>(length));
    ends.push_back(end);
  }
  return ends;
}

}  // namespace

std::vector<TextWord> words_of_text(const std::string& text, const std::vector<std::string>& pieces,
                                    std::span<const float> weights, std::span<const float> votes) {
  const std::vector<Character> characters = characters_of(text);
  const int64_t total = std::ranges::count(characters, false, &Character::is_space);
  const std::vector<double> ends = ends_of(pieces, total);
  const auto share = [](std::span<const float> values, size_t piece, double part) {
    return piece < values.size() ? part * static_cast<double>(values[piece]) : 0.0;
  };
  std::vector<TextWord> words;
  size_t piece = 0, piece_before = 0;
  int64_t seen = 0;
  bool apart = true, ran_on = false;
  for (size_t i = 0; i < characters.size(); ++i) {
    if (characters[i].is_space) {
      apart = true;
      continue;
    }
    while (piece + 1 < ends.size() && ends[piece] < static_cast<double>(seen) + 0.5) ++piece;
    const bool runs = runs_on(characters[i].text);
    if (apart || words.empty() || runs != ran_on || (runs && piece != piece_before))
      words.push_back({.text = "", .start = static_cast<int64_t>(i)});
    TextWord& word = words.back();
    word.text += characters[i].text;
    word.end = static_cast<int64_t>(i) + 1;
    if (piece < ends.size()) {
      const double length = ends[piece] - (piece == 0 ? 0.0 : ends[piece - 1]);
      const double part = length > 0.0 ? std::min(1.0, 1.0 / length) : 0.0;
      word.weight += share(weights, piece, part);
      word.vote += share(votes, piece, part);
    }
    apart = false, ran_on = runs, piece_before = piece;
    ++seen;
  }
  return words;
}

}  // namespace heed::apps
