#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/monitor/message.h"

namespace heed::apps::monitor {

// The entries of an RSS (0.9 to 2.0, RDF) or Atom feed as messages: title and description as text, without
// markup; id of guid, id or link, with the source before it; time of pubDate, dc:date, updated or published,
// or else `now_us`. At most 1000. Throws corrupt_data where it is no feed: line and column. Entities are
// XML's own: a document that declares others is refused, so that none can grow without end or name a file.
std::vector<Message> parse_feed(std::string_view xml, const std::string& source, int64_t now_us);

// What a person reads of HTML: tags left out, &amp; and the like resolved, white space joined.
std::string text_of_html(std::string_view html);

}  // namespace heed::apps::monitor
