#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heed {

// Byte offset of the first broken UTF-8 sequence (overlong forms, surrogates and code points above U+10FFFF
// are broken), or npos.
size_t find_invalid_utf8(std::string_view text);

// `text` with each NUL and each byte that is not part of UTF-8 as \xNN, cut before a code point that would
// pass `max_bytes`: for showing and keeping what came from outside.
std::string printable_utf8(std::string_view text, size_t max_bytes);

}  // namespace heed
