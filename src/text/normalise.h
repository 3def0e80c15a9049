#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace heed {

enum class Normalisation { none, nfc, nfkc };

// "none", "nfc" or "nfkc". Throws invalid_argument and names the nearest.
Normalisation parse_normalisation(std::string_view name);

struct NormaliseOptions {
  Normalisation form = Normalisation::nfkc;
  bool lowercase = false;
};

// One line of text as the models see it: control characters and U+FEFF removed, Unicode form (ICU), lower
// case if asked, every run of white space one ASCII space, ends trimmed. Broken UTF-8 becomes U+FFFD here;
// readers of files have refused it before. Doing it twice changes nothing more.
std::string normalise(std::string_view text, const NormaliseOptions& options);

// The number of code points of valid UTF-8.
int64_t count_characters(std::string_view text);

// The same, but a Han, Kana or Hangul letter counts as two: about the room a text takes in any language.
int64_t count_width(std::string_view text);

// The end of the longest prefix of at most `max_bytes` bytes that does not split a code point (at least one
// code point long).
size_t utf8_prefix(std::string_view text, size_t max_bytes);

// The dominant script of the letters ("Latin", "Han", "Cyrillic", ...; "" where there are no letters), by
// ICU.
std::string dominant_script(std::string_view text);

}  // namespace heed
