#pragma once

#include <string>
#include <string_view>

namespace heed::data {

// The texts between the quotes of `"one" "two"`, unescaped (\n \t \" \\ octal, hexadecimal …) and joined.
// Sets `problem`, empty on success, to what was expected and found.
std::string read_po_strings(std::string_view quoted_text, std::string& problem);

// `keyword "…"` in as many lines as it has newlines, each with `prefix` before it and `line_end` after it;
// the way msgcat writes it but for the folding of long lines.
std::string write_po_string(std::string_view prefix, std::string_view keyword, std::string_view text,
                            std::string_view line_end);

}  // namespace heed::data
