#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::metrics {

// Text as the metrics count it: one element a Unicode code point. Broken UTF-8 becomes U+FFFD.
std::u32string to_code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view points);

// White space as Python's str.split() sees it, which sacreBLEU's definitions rest on.
bool is_space(char32_t point);
std::vector<std::u32string> split_at_spaces(std::u32string_view text);

// Lower case by the rules of Unicode, without a language.
std::string to_lower(std::string_view utf8);

}  // namespace heed::metrics
