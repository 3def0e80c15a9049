#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace heed::apps {

// A part of a message that a program replaces or interprets, so that a translation must carry it unchanged.
struct Placeholder {
  size_t begin = 0;
  size_t length = 0;
  bool ordered = false;  // takes the next argument ("%s"), so that its place among the others matters

  std::string_view in(std::string_view text) const { return text.substr(begin, length); }
};

// All of them, in order: printf conversions (%s %1$d %-5.2f %<PRIu64> %(name)s), %1 %L1 %NAME %name%, {0}
// {name:.2f} {{name}}, $1 $name ${name} $(ARG1), mark-up tags and entities, web addresses, command-line
// options (--cached). `printf_format` says that the message goes through printf: there "% d" is a conversion
// and "%value" is %v and text.
std::vector<Placeholder> find_placeholders(std::string_view text, bool printf_format = false);

}  // namespace heed::apps
