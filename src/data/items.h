#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/interactions.h"

// What can be recommended, as words and attributes; and people, who have an id and attributes alone.
namespace heed::data {

struct Item {
  std::string id;
  std::string title = {};
  std::string text = {};                               // a description
  std::vector<std::string> tags = {};                  // categories, genres
  std::map<std::string, std::string> attributes = {};  // author, brand, price ...
  int64_t ts_us = kNoTime;                             // when it appeared
  bool is_hidden = false;                              // never recommended

  // What is read of it: title, tags and description.
  std::string words() const;
  // Of `attributes`, or "".
  const std::string& attribute(const std::string& name) const;
  bool operator==(const Item&) const = default;
};

// One JSON object, as items.jsonl has a line: {"id", "title"?, "text"?, "tags"?, "attributes"?, "time_us"?,
// "hidden"?}. Throws corrupt_data where a field has another type, the id is empty or above 256 bytes.
Json to_json(const Item& item);
Item item_from_json(const Json& json, const std::string& where);

// A table (.csv, .tsv, .jsonl, RecBole's .item or .user with its name:type header), items.jsonl, users.jsonl,
// or one JSON object of lists of tags by id. Columns by usual names: item_id, user_id, id, ItemId ...; title,
// movie_title, name; text, description, comment; tags, categories, class, genre ... (cut at "|", or at blanks
// where RecBole says token_seq); time, timestamp; others are attributes. The last of several rows of one id
// counts. Throws as read_table does.
std::vector<Item> read_items(const std::filesystem::path& path);

// items.jsonl; to the side, then renamed.
void write_items(const std::filesystem::path& path, const std::vector<Item>& items);

}  // namespace heed::data
