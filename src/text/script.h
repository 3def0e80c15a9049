#pragma once

#include <string_view>

namespace heed {

// How a piece of a tokenizer spells a space: ▁.
inline constexpr std::string_view kPieceSpace = "\xE2\x96\x81";

// Whether a character (UTF-8) is of a script written without spaces between words: South-East Asian ones,
// and Han and Kana with their marks.
bool runs_on(std::string_view character);

}  // namespace heed
