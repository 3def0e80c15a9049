#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::apps::support {

constexpr size_t kMaxClauses = 4;  // of a message; what is more stays with the last

// A message's parts that may each want something of their own: sentences (text/sentences.h), cut where "and",
// "also", ";", 还有, 另外 and the like begin another request, when both sides have three words or more (four
// Han letters). Without the white space around them; together they have all the letters of the message, in
// order. A message of one part gives that alone.
std::vector<std::string> split_clauses(std::string_view text);

}  // namespace heed::apps::support
