#pragma once

#include <string>

#include "apps/digest/digest.h"
#include "base/json.h"

namespace heed::apps::digest {

// The digest for a program: stories with their worth, costs and reasons, what is left out, prices.
Json to_json(const Digest& digest);
// JSON Feed 1.1 (jsonfeed.org), for other readers; what is Heed's own stands in "_heed".
Json to_json_feed(const Digest& digest, const std::string& title);
// For a terminal.
std::string to_text(const Digest& digest, bool chinese);
// A page of its own that a mail can hold: no script, no style sheet, nothing loaded from elsewhere. All that
// stories say is escaped, and links are http or https.
std::string to_html(const Digest& digest, bool chinese);

}  // namespace heed::apps::digest
