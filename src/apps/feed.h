#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed::apps {

// Limits in bytes, of UTF-8.
inline constexpr size_t kMostEntryText = 32'768, kMostEntryName = 256, kMostEntryUrl = 2048;

// What one entry of a feed says: text without markup.
struct FeedEntry {
  int64_t ts_us = 0;     // UTC
  std::string source{};  // the feed's address
  std::string id{};
  std::string title{}, body{};  // not both empty
  std::string url{}, author{};
};

// The entries of an RSS (0.9 to 2.0, RDF) or Atom feed: title and description as text, without markup; id of
// guid, id or link, with the source before it; time of pubDate, dc:date, updated or published, or else
// `now_us`. At most 1000. Throws corrupt_data where it is no feed: line and column (xml.h).
std::vector<FeedEntry> parse_feed(std::string_view xml, const std::string& source, int64_t now_us);

// Title and body as one text; the title alone where the body begins with it.
std::string text_of(const FeedEntry& entry);

// What a person reads of HTML: tags left out, &amp; and the like resolved, white space joined.
std::string text_of_html(std::string_view html);

// An id made of what tells an entry of this source from its others.
std::string entry_id(std::string_view source, std::string_view what);

}  // namespace heed::apps
