#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

// The sentences of a text in any language (UAX #29, by ICU), in order, each with the white space behind it:
// together they are the text. Broken UTF-8 must not reach here. An empty text has none.
std::vector<std::string> split_sentences(std::string_view text);

bool ends_with_space(std::string_view text);

}  // namespace heed
