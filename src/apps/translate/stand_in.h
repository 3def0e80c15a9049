#pragma once

#include <string>
#include <string_view>

namespace heed::apps {

// What a placeholder is replaced by where a model does not know it; the number is its place in the text,
// from 1.
enum class StandIn { percent, dollar, brace };  // %1, $(ARG1), {1}

// The text with its placeholders replaced, and the way back. What is no stand-in of one of the source's
// placeholders stays as it is: placeholder_problem finds it.
std::string replace_placeholders(std::string_view text, StandIn kind, bool printf_format = false);
std::string put_back_placeholders(std::string_view translation, std::string_view source, StandIn kind,
                                  bool printf_format = false);

}  // namespace heed::apps
