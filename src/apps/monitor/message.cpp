#include "apps/monitor/message.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "text/normalise.h"

namespace heed::apps::monitor {
namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& expected, const std::string& found) {
  throw Error(ErrorCode::invalid_argument, "message: field '" + field + "': expected " + expected +
                                               ", found " + printable_utf8(found, 64));
}

std::string text_field(const Json& json, const char* name, size_t most) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "";
  if (found->is_number_integer() && std::string_view(name) == "id") return found->dump();
  if (!found->is_string()) refuse(name, "a text", found->dump());
  std::string text = found->get<std::string>();
  if (text.find('\0') != text.npos) refuse(name, "a text without NUL", "one with it");
  if (text.size() > most) refuse(name, fmt::format("at most {} bytes", most), fmt::format("{}", text.size()));
  return text;
}

}  // namespace

Message message_from_json(const Json& json) {
  if (!json.is_object())
    throw Error(ErrorCode::invalid_argument,
                std::string("message: expected a JSON object, found ") + json.type_name());
  Message message;
  const Json ts = json.contains("ts") ? json.at("ts") : Json();
  const auto time = ts.is_string()   ? parse_time(ts.get_ref<const std::string&>())
                    : ts.is_number() ? time_of_number(ts.get<double>())
                                     : std::nullopt;
  if (!time)
    refuse("ts", "a time (2020-03-09T14:00:00Z, or seconds since 1970)", ts.is_null() ? "none" : ts.dump());
  message.ts_us = *time;
  message.text = text_field(json, "text", kMaxTextBytes);
  if (normalise(message.text, {}).empty()) refuse("text", "a text that is not empty", "none");
  message.source = text_field(json, "source", kMaxNameBytes);
  if (message.source.empty()) message.source = "unknown";
  message.id = text_field(json, "id", kMaxNameBytes);
  message.url = text_field(json, "url", kMaxUrlBytes);
  message.author = text_field(json, "author", kMaxNameBytes);
  message.lang = text_field(json, "lang", 32);
  message.topic = text_field(json, "topic", kMaxNameBytes);
  if (message.topic == "*") refuse("topic", "a name ('*' means all topics)", "'*'");
  if (json.contains("sentiment") && !json.at("sentiment").is_null()) {
    const Json& sentiment = json.at("sentiment");
    const double value = sentiment.is_number() ? sentiment.get<double>() : 2;
    if (!(value >= -1 && value <= 1)) refuse("sentiment", "a number from -1 to 1", sentiment.dump());
    message.sentiment = value;
  }
  if (message.id.empty())
    message.id = entry_id(message.source, std::to_string(message.ts_us) + " " + message.text);
  return message;
}

Message parse_message(std::string_view line) {
  return message_from_json(parse_json(line, "message", 16, "mend the line, or what writes it"));
}

Message message_of(const FeedEntry& entry) {
  return {.ts_us = entry.ts_us,
          .source = entry.source,
          .id = entry.id,
          .text = text_of(entry),
          .url = entry.url,
          .author = entry.author};
}

}  // namespace heed::apps::monitor
