#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::apps::digest {

// The feeds of a list of subscriptions (OPML 1.0, 2.0): the xmlUrl of every outline, each once, in order, at
// most 1000. Throws corrupt_data where it is no OPML: line and column (apps/xml.h).
std::vector<std::string> parse_opml(std::string_view xml);

}  // namespace heed::apps::digest
