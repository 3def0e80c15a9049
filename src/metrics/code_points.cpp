#include "metrics/code_points.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace heed::metrics {

std::u32string to_code_points(std::string_view utf8) {
  std::u32string points;
  points.reserve(utf8.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  const auto size = static_cast<int64_t>(utf8.size());
  for (int64_t at = 0; at < size;) {
    UChar32 point = 0;
    U8_NEXT_OR_FFFD(bytes, at, size, point);
    points.push_back(static_cast<char32_t>(point));
  }
  return points;
}

std::string to_utf8(std::u32string_view points) {
  std::string utf8;
  for (char32_t point : points) {
    char buffer[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(buffer, length, point);
    utf8.append(buffer, static_cast<size_t>(length));
  }
  return utf8;
}

bool is_space(char32_t point) {
  // Python adds the four ASCII separators to Unicode's White_Space.
  return u_isUWhiteSpace(static_cast<UChar32>(point)) || (point >= 0x1c && point <= 0x1f);
}

std::vector<std::u32string> split_at_spaces(std::u32string_view text) {
  std::vector<std::u32string> words;
  std::u32string word;
  for (char32_t point : text) {
    if (!is_space(point)) {
      word.push_back(point);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string to_lower(std::string_view utf8) {
  std::string lower;
  icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())))
      .toLower(icu::Locale::getRoot())
      .toUTF8String(lower);
  return lower;
}

}  // namespace heed::metrics
