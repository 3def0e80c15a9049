#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace heed::search {

// A piece of knowledge that is found, quoted and cited whole. All of it is UTF-8.
struct Passage {
  std::string id = {};     // its name in an index: 1 to 256 bytes
  std::string title = {};  // what it is about: the question of an answer, the headings above a paragraph
  std::string text = {};
  // Other words in which people have asked for it, a line each (a line end inside becomes a space). It is
  // found by them; they are no part of what is quoted.
  std::vector<std::string> questions = {};
  std::string source = {};    // where it is from, for a citation: "manual.md", "faq.csv:12", an address
  std::string language = {};  // "en", "zh"; empty: not known
  std::vector<std::string> tags =
      {};  // what FindOptions::tags asks for: a product, a tenant, an intent; kept sorted
  // Where `text` stands in its source: code points [begin, end). 0, 0: not known.
  int64_t begin = 0, end = 0;
  Json extra = Json::object();  // the caller's own

  bool operator==(const Passage&) const = default;
};

}  // namespace heed::search
