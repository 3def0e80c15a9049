#include "apps/support/rasa_text.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "data/place.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

[[noreturn]] void fail(const std::string& where, std::string_view marked, const std::string& problem) {
  throw Error(ErrorCode::corrupt_data,
              where + ": " + problem + " in " + data::shown(marked) +
                  R"(; an entity is [value](entity) or [value]{"entity": "...", "value": "..."})");
}

// The end of the JSON object that begins at `begin`, one past its brace; npos where it has none.
size_t object_end(std::string_view text, size_t begin) {
  bool quoted = false;
  int depth = 0;
  for (size_t at = begin; at < text.size(); ++at) {
    if (quoted) {
      if (text[at] == '\\')
        ++at;
      else if (text[at] == '"')
        quoted = false;
      continue;
    }
    if (text[at] == '"') quoted = true;
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return std::string_view::npos;
}

void read_object(std::string_view object, MarkedEntity& entity, const std::string& where,
                 std::string_view marked) {
  static const std::vector<std::string> kKeys = {"entity", "value", "role", "group"};
  Json json;
  try {
    json = parse_json(object, where, 2);
  } catch (const Error&) {
    fail(where, marked, "expected JSON, found " + data::shown(object));
  }
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      fail(where, marked, "unknown key '" + key + "'" + did_you_mean(key, kKeys));
    }
    if (!value.is_string())
      fail(where, marked, "expected a text for '" + key + "', found " + value.type_name());
  }
  entity.entity = json.value("entity", "");
  entity.value = json.value("value", "");
  entity.role = json.value("role", "");
}

// Reads the mark that begins at `begin` ("(" or "{"); its end.
size_t read_mark(std::string_view marked, size_t begin, MarkedEntity& entity, const std::string& where) {
  const bool object = marked[begin] == '{';
  const size_t end = object ? object_end(marked, begin) : marked.find(')', begin) + 1;
  if (end == std::string_view::npos || end == 0) fail(where, marked, "a mark that does not close");
  if (object) {
    read_object(marked.substr(begin, end - begin), entity, where, marked);
  } else {
    const std::string_view inside = marked.substr(begin + 1, end - begin - 2);
    const size_t colon = std::min(inside.find(':'), inside.size());
    entity.entity = inside.substr(0, colon);
    if (colon < inside.size()) entity.value = inside.substr(colon + 1);
  }
  if (entity.entity.empty()) fail(where, marked, "a mark without an entity");
  return end;
}

}  // namespace

RasaText parse_rasa_text(std::string_view marked, const std::string& where) {
  RasaText result;
  int64_t length = 0;  // code points of result.text
  const auto add = [&](std::string_view piece) {
    result.text += piece;
    length += count_characters(piece);
  };
  for (size_t at = 0; at < marked.size();) {
    const size_t open = marked.find('[', at);
    add(marked.substr(at, open == std::string_view::npos ? open : open - at));
    if (open == std::string_view::npos) break;
    const size_t close = marked.find(']', open);
    const bool has_mark = close != std::string_view::npos && close > open + 1 && close + 1 < marked.size() &&
                          (marked[close + 1] == '(' || marked[close + 1] == '{');
    if (!has_mark) {
      add("[");
      at = open + 1;
      continue;
    }
    MarkedEntity entity{.start = length};
    add(marked.substr(open + 1, close - open - 1));
    entity.end = length;
    at = read_mark(marked, close + 1, entity, where);
    result.entities.push_back(std::move(entity));
  }
  return result;
}

}  // namespace heed::apps::support
