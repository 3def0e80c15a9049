#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/feed.h"
#include "base/json.h"

namespace heed::apps::digest {

// Something to read, from anyone: untrusted text, without markup.
struct Item {
  std::string id{};      // of its own among all items
  std::string source{};  // a feed's address, a mailbox, whatever the sender says
  std::string title{};
  std::string text{};  // may be empty
  std::string url{};   // http:// or https://, else ""
  std::string author{};
  int64_t ts_us = 0;  // UTC
};

// A clock that is ahead is not believed: an item from tomorrow is as old as `now_us`.
Item item_of(const FeedEntry& entry, int64_t now_us);

// A line of NDJSON: `title` or `text` are required; `id`, `source`, `url`, `author`, `ts` (now where it is
// missing) may be there. Throws invalid_argument "WHERE: field 'ts': expected …".
Item item_from_json(const Json& json, const std::string& where, int64_t now_us);
Json to_json(const Item& item);

// Gives those that share an id and say different things ids of their own: a feed may have one id for all.
void tell_apart(std::vector<Item>& items);

// Title and text, a sentence each.
std::string whole_text(const Item& item);

}  // namespace heed::apps::digest
