#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/digest/item.h"

namespace heed::apps::digest {

struct Mailbox {
  std::vector<Item> items;  // in the order of the file, at most 20 000
  std::string problem{};    // "": none; else what is missing of the last message
};

// A folder of mail (mbox, RFC 4155): a message begins at a line "From …" that stands first or behind an empty
// one. Subject and From as text (RFC 2047), time of Date or else `now_us`, the first text/plain of its parts,
// or else the first text/html, decoded (quoted-printable, base64, any charset that ICU knows). A file cut in
// the middle gives what is whole, and says what is not: a message without the end of its headers is left out,
// one whose parts do not end is kept. Throws corrupt_data where no message begins.
Mailbox parse_mbox(std::string_view bytes, const std::string& source, int64_t now_us);

}  // namespace heed::apps::digest
