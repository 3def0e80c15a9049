#include "apps/support/template.h"

#include <algorithm>

#include "base/error.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

void add_plain(std::vector<TemplatePart>& parts, std::string_view text) {
  if (text.empty()) return;
  if (parts.empty() || parts.back().is_slot) parts.push_back({""});
  parts.back().text += text;
}

[[noreturn]] void fail(const std::string& where, std::string_view text, const std::string& problem) {
  throw Error(ErrorCode::corrupt_data, where + ": the template " + data::shown(text) + " " + problem +
                                           "; a slot is {name}, a brace itself is {{ or }}");
}

std::string slot_name(std::string_view inside, std::string_view text, const std::string& where) {
  if (inside.empty()) fail(where, text, "has a slot without a name");
  if (inside.find_first_of(" \t\r\n{") != std::string_view::npos) {
    fail(where, text, "has '{" + std::string(inside.substr(0, 40)) + "}', which is no slot's name");
  }
  return std::string(inside);
}

}  // namespace

std::vector<TemplatePart> split_template(std::string_view text, const std::string& where) {
  std::vector<TemplatePart> parts;
  size_t at = 0;
  while (at < text.size()) {
    const size_t brace = text.find_first_of("{}", at);
    add_plain(parts, text.substr(at, brace == std::string_view::npos ? brace : brace - at));
    if (brace == std::string_view::npos) break;
    if (brace + 1 < text.size() && text[brace + 1] == text[brace]) {
      add_plain(parts, text.substr(brace, 1));
      at = brace + 2;
      continue;
    }
    const size_t end = text[brace] == '{' ? text.find('}', brace) : std::string_view::npos;
    if (end == std::string_view::npos) {
      fail(where, text,
           text[brace] == '{' ? "opens a brace that does not close" : "closes a brace that is not open");
    }
    parts.push_back({slot_name(text.substr(brace + 1, end - brace - 1), text, where), true});
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> template_slots(const std::vector<TemplatePart>& parts) {
  std::vector<std::string> names;
  for (const TemplatePart& part : parts) {
    if (part.is_slot && std::find(names.begin(), names.end(), part.text) == names.end()) {
      names.push_back(part.text);
    }
  }
  return names;
}

}  // namespace heed::apps::support
