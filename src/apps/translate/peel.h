#pragma once

#include <cstddef>
#include <string_view>

namespace heed::apps {

// Bytes [begin, end) of a text.
struct Range {
  size_t begin = 0;
  size_t end = 0;

  std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

// The range without white space at both ends and without ellipses ("...", "…") and colons at its end.
Range trim(std::string_view text, Range range);

// What a model need see of one line: trimmed, without tags that surround it all, and without placeholders at
// its ends that a colon sets apart ("%s: …", "…: %s").
Range peel(std::string_view text, bool printf_format);

}  // namespace heed::apps
