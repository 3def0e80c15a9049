#include "apps/digest/item.h"

#include <algorithm>
#include <unordered_map>

#include "apps/event_time.h"
#include "base/error.h"
#include "base/utf8.h"
#include "text/normalise.h"

namespace heed::apps::digest {
namespace {

// Whatever else an address may be (javascript:, data:), it is not followed.
std::string web_address(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://") ? url : "";
}

std::string text_field(const Json& json, const char* name, const std::string& where, size_t most) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "";
  if (found->is_number_integer()) return found->dump();
  if (!found->is_string())
    throw Error(ErrorCode::invalid_argument, where + ": field '" + name + "': expected a text, found " +
                                                 printable_utf8(found->dump(), 64));
  const std::string text = normalise(found->get_ref<const std::string&>(), {.form = Normalisation::none});
  return text.substr(0, text.size() <= most ? text.size() : utf8_prefix(text, most));
}

int64_t time_field(const Json& json, const std::string& where, int64_t now_us) {
  if (!json.contains("ts") || json.at("ts").is_null()) return now_us;
  const Json& ts = json.at("ts");
  const auto time = ts.is_string()   ? parse_time(ts.get_ref<const std::string&>())
                    : ts.is_number() ? time_of_number(ts.get<double>())
                                     : std::nullopt;
  if (time) return std::min(*time, now_us);
  throw Error(ErrorCode::invalid_argument,
              where + ": field 'ts': expected a time (2020-03-09T14:00:00Z, or seconds since 1970), found " +
                  printable_utf8(ts.dump(), 64));
}

}  // namespace

Item item_of(const FeedEntry& entry, int64_t now_us) {
  return {.id = entry.id,
          .source = entry.source,
          .title = entry.title,
          .text = entry.body,
          .url = web_address(entry.url),
          .author = entry.author,
          .ts_us = std::min(entry.ts_us, now_us)};
}

Item item_from_json(const Json& json, const std::string& where, int64_t now_us) {
  if (!json.is_object())
    throw Error(ErrorCode::invalid_argument,
                where + ": expected a JSON object, found " + std::string(json.type_name()));
  Item item = {.id = text_field(json, "id", where, kMostEntryName),
               .source = text_field(json, "source", where, kMostEntryName),
               .title = text_field(json, "title", where, kMostEntryText),
               .text = text_field(json, "text", where, kMostEntryText),
               .url = web_address(text_field(json, "url", where, kMostEntryUrl)),
               .author = text_field(json, "author", where, kMostEntryName),
               .ts_us = time_field(json, where, now_us)};
  if (item.title.empty() && item.text.empty())
    throw Error(ErrorCode::invalid_argument,
                where + ": field 'title': expected a title or a text, found none");
  if (item.source.empty()) item.source = "unknown";
  if (item.id.empty()) item.id = entry_id(item.source, item.title + " " + item.text);
  return item;
}

Json to_json(const Item& item) {
  return {{"id", item.id},   {"source", item.source}, {"title", item.title},          {"text", item.text},
          {"url", item.url}, {"author", item.author}, {"ts", format_time(item.ts_us)}};
}

void tell_apart(std::vector<Item>& items) {
  std::unordered_map<std::string, std::string> first;  // what the first of each id says
  for (Item& item : items) {
    const std::string said = whole_text(item);
    const auto [at, is_new] = first.try_emplace(item.id, said);
    if (!is_new && at->second != said) item.id = entry_id(item.id, said);
  }
}

std::string whole_text(const Item& item) {
  if (item.text.empty()) return item.title;
  if (item.title.empty() || item.text.starts_with(item.title)) return item.text;
  return item.title + ". " + item.text;
}

}  // namespace heed::apps::digest
