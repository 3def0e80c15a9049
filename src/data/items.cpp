#include "data/items.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "data/lines.h"
#include "data/table.h"

namespace heed::data {
namespace {

constexpr size_t kMaxIdBytes = 256;
constexpr int64_t kMaxLineBytes = 1 << 20;

enum class Role { id, title, text, tags, time, attribute };

struct Column {
  Role role = Role::attribute;
  std::string name;             // of an attribute
  std::string separator = "|";  // of tags
};

Column column_of(const std::string& header) {
  static const std::unordered_map<std::string_view, Role> kRoles = {
      {"item_id", Role::id},    {"itemid", Role::id},         {"id", Role::id},
      {"item", Role::id},       {"movieid", Role::id},        {"asin", Role::id},
      {"user_id", Role::id},    {"userid", Role::id},         {"user", Role::id},
      {"title", Role::title},   {"movie_title", Role::title}, {"name", Role::title},
      {"text", Role::text},     {"comment", Role::text},      {"description", Role::text},
      {"tags", Role::tags},     {"categories", Role::tags},   {"class", Role::tags},
      {"genre", Role::tags},    {"genres", Role::tags},       {"labels", Role::tags},
      {"category", Role::tags}, {"time", Role::time},         {"timestamp", Role::time},
      {"time_us", Role::time}};
  const size_t colon = header.find(':');
  Column column{.name = header.substr(0, colon)};
  std::string lower = column.name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (const auto at = kRoles.find(lower); at != kRoles.end()) column.role = at->second;
  if (colon != header.npos && header.substr(colon + 1) == "token_seq") column.separator = " ";
  return column;
}

void check_id(const std::string& id, const std::string& where) {
  if (id.empty() || id.size() > kMaxIdBytes ||
      std::ranges::any_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    throw Error(ErrorCode::corrupt_data,
                fmt::format("{}: expected an id of 1 to {} bytes without control characters, found {} bytes",
                            where, kMaxIdBytes, id.size()));
}

// One row an id: the last.
std::vector<Item> last_of_each(std::vector<Item> items) {
  std::unordered_map<std::string, size_t> places;
  std::vector<Item> kept;
  for (Item& item : items) {
    const auto [at, is_new] = places.try_emplace(item.id, kept.size());
    if (is_new)
      kept.push_back(std::move(item));
    else
      kept[at->second] = std::move(item);
  }
  return kept;
}

Item item_of(const Table& table, const Row& row, const std::vector<Column>& columns) {
  Item item;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& field = row.fields[i];
    if (field.empty()) continue;
    switch (columns[i].role) {
      case Role::id:
        item.id = field;
        break;
      case Role::title:
        item.title = field;
        break;
      case Role::text:
        item.text += (item.text.empty() ? "" : " ") + field;
        break;
      case Role::time:
        item.ts_us = parse_time_us(field);
        break;
      case Role::attribute:
        item.attributes[columns[i].name] = field;
        break;
      case Role::tags:
        for (std::string& tag : split_items(field, columns[i].separator)) item.tags.push_back(std::move(tag));
        break;
    }
  }
  check_id(item.id, table.where(row));
  return item;
}

std::vector<Item> read_item_table(const std::filesystem::path& path, const std::string& format) {
  const Table table = read_table(path, {.format = format});
  std::vector<Column> columns;
  for (const std::string& name : table.columns) columns.push_back(column_of(name));
  if (std::ranges::none_of(columns, [](const Column& column) { return column.role == Role::id; }))
    throw Error(
        ErrorCode::invalid_argument,
        path.string() + ":1: expected a column with the items' ids (item_id, id, ItemId), found none");
  std::vector<Item> items;
  items.reserve(table.rows.size());
  for (const Row& row : table.rows) items.push_back(item_of(table, row, columns));
  return items;
}

// {"id": [tag, ...], ...}
std::vector<Item> read_tag_lists(const std::filesystem::path& path) {
  const Json json = read_json_file(path);
  std::vector<Item> items;
  if (!json.is_object())
    throw Error(ErrorCode::corrupt_data,
                path.string() + ": expected an object of lists of tags by item, found " + json.type_name());
  for (const auto& [id, tags] : json.items()) {
    Item item{.id = id};
    check_id(id, path.string());
    if (!tags.is_array())
      throw Error(ErrorCode::corrupt_data, fmt::format("{}: field '{}': expected a list of tags, found {}",
                                                       path.string(), id, tags.type_name()));
    for (const Json& tag : tags) item.tags.push_back(tag.is_string() ? tag.get<std::string>() : tag.dump());
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<Item> read_item_lines(const std::filesystem::path& path) {
  const std::string name = path.string(), bytes = read_file(path);
  check_text(bytes, name);
  LineCursor lines(bytes, name, kMaxLineBytes);
  std::vector<Item> items;
  while (lines.next()) {
    if (lines.line().empty()) continue;
    const std::string where = fmt::format("{}:{}", name, lines.number());
    items.push_back(item_from_json(parse_json(lines.line(), where), where));
  }
  return items;
}

std::string join_words(std::string_view before, std::string_view more) {
  return std::string(before) + (before.empty() || more.empty() ? "" : " ") + std::string(more);
}

}  // namespace

std::string Item::words() const {
  std::string all = title;
  for (const std::string& tag : tags) all = join_words(all, tag);
  return join_words(all, text);
}

const std::string& Item::attribute(const std::string& name) const {
  static const std::string kNone;
  const auto at = attributes.find(name);
  return at == attributes.end() ? kNone : at->second;
}

Json to_json(const Item& item) {
  Json json = {{"id", item.id}};
  if (!item.title.empty()) json["title"] = item.title;
  if (!item.text.empty()) json["text"] = item.text;
  if (!item.tags.empty()) json["tags"] = item.tags;
  for (const auto& [name, value] : item.attributes) json["attributes"][name] = value;
  if (item.ts_us != kNoTime) json["time_us"] = item.ts_us;
  if (item.is_hidden) json["hidden"] = true;
  return json;
}

Item item_from_json(const Json& json, const std::string& where) {
  Item item{.id = json_field<std::string>(json, "id", where)};
  check_id(item.id, where);
  item.title = json_field<std::string>(json, "title", where, "");
  item.text = json_field<std::string>(json, "text", where, "");
  item.ts_us = json_field<int64_t>(json, "time_us", where, kNoTime);
  item.is_hidden = json_field<bool>(json, "hidden", where, false);
  const auto fail = [&](const char* field, const char* expected) {
    throw Error(ErrorCode::corrupt_data, fmt::format("{}: field '{}': expected {}", where, field, expected));
  };
  if (json.contains("tags")) {
    if (!json["tags"].is_array()) fail("tags", "a list of texts");
    for (const Json& tag : json["tags"]) {
      if (!tag.is_string()) fail("tags", "a list of texts");
      item.tags.push_back(tag.get<std::string>());
    }
  }
  if (json.contains("attributes")) {
    if (!json["attributes"].is_object()) fail("attributes", "an object of texts");
    for (const auto& [name, value] : json["attributes"].items())
      item.attributes[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return item;
}

std::vector<Item> read_items(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (path.filename() == "items.jsonl" || path.filename() == "users.jsonl")
    return last_of_each(read_item_lines(path));
  if (ending == ".json") return last_of_each(read_tag_lists(path));
  return last_of_each(read_item_table(path, ending == ".item" || ending == ".user" ? "tsv" : "auto"));
}

void write_items(const std::filesystem::path& path, const std::vector<Item>& items) {
  AtomicFile file(path);
  for (const Item& item : items) file.write(to_json(item).dump() + "\n");
  file.commit();
}

}  // namespace heed::data
