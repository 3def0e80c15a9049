#include "text/pieces_in_text.h"

#include <algorithm>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "text/script.h"

namespace heed {
namespace {

constexpr std::string_view kUnknown = "<unk>";

struct Character {
  std::string_view bytes;
  UChar32 code = 0;  // below 0: broken
};

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  for (int32_t i = 0, end = static_cast<int32_t>(text.size()); i < end;) {
    const int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, end, c);
    characters.push_back({text.substr(static_cast<size_t>(begin), static_cast<size_t>(i - begin)), c});
  }
  return characters;
}

// Whether a text may be cut before this character and its halves normalised apart. What is dropped never
// parts what stands around it.
bool may_cut_before(UChar32 c, Normalisation form) {
  if (c < 0 || form == Normalisation::none) return true;
  const bool dropped = c == 0xFEFF || (u_charType(c) == U_CONTROL_CHAR && !u_isUWhiteSpace(c));
  if (dropped) return false;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normaliser = form == Normalisation::nfc ? icu::Normalizer2::getNFCInstance(status)
                                                                  : icu::Normalizer2::getNFKCInstance(status);
  return U_FAILURE(status) || normaliser->hasBoundaryBefore(c) != 0;
}

// `total` code points laid evenly over those of the given text.
std::vector<CodePoints> even_origin(int64_t total, int64_t given) {
  std::vector<CodePoints> origin;
  for (int64_t i = 0; i < total; ++i) {
    const int64_t begin = i * given / total;
    origin.push_back({begin, std::max(begin + 1, (i + 1) * given / total)});
  }
  return origin;
}

// The origins of a text normalised stretch by stretch; spaces are squeezed between stretches here, as
// normalise() does within.
std::vector<CodePoints> origin_by_stretch(const std::vector<Character>& given,
                                          const NormaliseOptions& options) {
  std::vector<CodePoints> origin;
  CodePoints space{-1, -1};
  for (size_t i = 0, end = 0; i < given.size(); i = end) {
    std::string stretch(given[i].bytes);
    for (end = i + 1; end < given.size() && !may_cut_before(given[end].code, options.form); ++end)
      stretch += given[end].bytes;
    const CodePoints place{static_cast<int64_t>(i), static_cast<int64_t>(end)};
    // A guard on either side, so that spaces at the ends are seen.
    const std::string normal = normalise("|" + stretch + "|", options);
    const auto inner = characters_of(std::string_view(normal).substr(1, normal.size() - 2));
    for (const Character& character : inner) {
      if (character.bytes == " ") {
        space = {space.begin < 0 ? place.begin : space.begin, place.end};
        continue;
      }
      if (space.begin >= 0 && !origin.empty()) origin.push_back(space);
      space = {-1, -1};
      origin.push_back(place);
    }
  }
  return origin;
}

// The pieces of a text that begins with a space, every space written as kPieceSpace.
std::string as_pieces(std::string_view text) {
  std::string marked(kPieceSpace);
  for (const char c : text) {
    if (c == ' ')
      marked += kPieceSpace;
    else
      marked += c;
  }
  return marked;
}

// Bytes [begin, end) of each piece in the marked text.
std::vector<CodePoints> places_in_marked(std::string_view marked, std::span<const std::string> pieces) {
  std::vector<CodePoints> places;
  size_t at = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    size_t end = at;
    if (pieces[i] != kUnknown) {
      if (marked.substr(at).starts_with(pieces[i])) end = at + pieces[i].size();
    } else if (at < marked.size()) {
      std::string known;  // what follows, up to the next unknown piece
      size_t last = i + 1;
      for (; last < pieces.size() && pieces[last] != kUnknown; ++last) known += pieces[last];
      const bool ends = last == pieces.size() && marked.size() > known.size() + at && marked.ends_with(known);
      const size_t next = at + utf8_prefix(marked.substr(at), 1);
      const size_t found = ends ? marked.size() - known.size() : marked.find(known, next);
      end = found == std::string_view::npos ? next : found;
    }
    places.push_back({static_cast<int64_t>(at), static_cast<int64_t>(end)});
    at = end;
  }
  return places;
}

}  // namespace

AlignedText align_normalised(std::string_view given, const NormaliseOptions& options) {
  AlignedText aligned{.text = normalise(given, options), .origin = {}};
  const std::vector<Character> characters = characters_of(given);
  aligned.origin = origin_by_stretch(characters, options);
  const int64_t total = count_characters(aligned.text);
  // A letter that is made lower differently by what stands around it may come out longer.
  if (static_cast<int64_t>(aligned.origin.size()) != total)
    aligned.origin = even_origin(total, static_cast<int64_t>(characters.size()));
  return aligned;
}

std::vector<CodePoints> pieces_in_text(std::string_view given, std::span<const std::string> pieces,
                                       const NormaliseOptions& options) {
  const AlignedText aligned = align_normalised(given, options);
  const std::string marked = as_pieces(aligned.text);
  std::vector<CodePoints> places;
  int64_t before = -1;  // code points of the text before the piece; the marked one begins with one more
  size_t counted = 0;
  const auto count_to = [&](int64_t byte) {
    before += count_characters(std::string_view(marked).substr(counted, static_cast<size_t>(byte) - counted));
    counted = static_cast<size_t>(byte);
    return before;
  };
  for (const CodePoints& bytes : places_in_marked(marked, pieces)) {
    const std::string_view piece = std::string_view(marked).substr(
        static_cast<size_t>(bytes.begin), static_cast<size_t>(bytes.end - bytes.begin));
    const bool spaced = piece.starts_with(kPieceSpace);
    const int64_t begin = std::max<int64_t>(0, count_to(bytes.begin) + (spaced ? 1 : 0));
    const int64_t end = count_to(bytes.end);
    if (begin >= end) {
      const int64_t behind = end > 0 ? aligned.origin[static_cast<size_t>(end - 1)].end : 0;
      places.push_back({behind, behind});
      continue;
    }
    places.push_back(
        {aligned.origin[static_cast<size_t>(begin)].begin, aligned.origin[static_cast<size_t>(end - 1)].end});
  }
  return places;
}

}  // namespace heed
