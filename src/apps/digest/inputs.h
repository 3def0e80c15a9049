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
// asked where `asks_lists` says so, else left to a server; those that do not answer are named in
// problems. A list that comes from an address itself has nothing read. Throws corrupt_data where it is none
// of these, HTML above all.
void read_input(std::string_view bytes, const std::string& name, int64_t now_us, Inputs& inputs,
                bool asks_lists = false);

// The same of files and of addresses (apps/fetch.h); "-" is standard input. At most 64 MiB each, 8 of an
// address, so that one without end is refused too.
Inputs read_inputs(const std::vector<std::string>& paths, int64_t now_us, bool asks_lists = false);

}  // namespace heed::apps::digest
