#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/digest/item.h"

namespace heed::apps::digest {

struct Inputs {
  std::vector<Item> items;
  std::vector<std::string> problems;  // of what was read in part, a line each
};

// What `bytes` hold, by how they begin: RSS or Atom, OPML, a mail folder, or lines of JSON. `name` opens
// messages and is the source of what names none. Files that an OPML lists are read beside it; addresses are
// left to a server, and named in problems. Throws corrupt_data where it is none of these, HTML above all.
void read_input(std::string_view bytes, const std::string& name, int64_t now_us, Inputs& inputs);

// The same of files; "-" is standard input. At most 64 MiB each, so that one without end is refused too.
Inputs read_inputs(const std::vector<std::string>& paths, int64_t now_us);

}  // namespace heed::apps::digest
