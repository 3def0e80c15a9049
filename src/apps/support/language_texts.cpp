#include "apps/support/language_texts.h"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "base/error.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

constexpr size_t kMaxTextBytes = 16384;

const std::vector<PlacedText>* find(const LanguageTexts& texts, std::string_view language) {
  for (const auto& [name, list] : texts) {
    if (name == language) return &list;
  }
  return nullptr;
}

// "en", "zh", "zh-CN".
bool is_language(std::string_view name) {
  const size_t dash = std::min(name.find('-'), name.size());
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z'); };
  return dash >= 2 && dash <= 3 &&
         std::all_of(name.begin(), name.begin() + static_cast<long>(dash), letter) && name.size() <= 11 &&
         (dash == name.size() || dash + 1 < name.size());
}

[[noreturn]] void fail(const std::string& where, const std::string& field, const std::string& problem) {
  throw Error(ErrorCode::corrupt_data, where + ": field '" + field + "': " + problem);
}

PlacedText read_text(const Json& json, const std::string& where, const std::string& field) {
  if (!json.is_string()) fail(where, field, std::string("expected a text, found ") + json.type_name());
  std::string text = json.get<std::string>();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    fail(where, field, "expected a text, found none");
  if (text.size() > kMaxTextBytes) {
    fail(
        where, field,
        "expected at most " + std::to_string(kMaxTextBytes) + " bytes, found " + std::to_string(text.size()));
  }
  return {std::move(text), where + ": field '" + field + "'"};
}

}  // namespace

const std::vector<PlacedText>& texts_in(const LanguageTexts& texts, std::string_view language) {
  static const std::vector<PlacedText> kNone;
  if (const auto* exact = find(texts, language)) return *exact;
  if (const auto* broader = find(texts, language.substr(0, language.find('-')))) return *broader;
  if (const auto* english = find(texts, "en")) return *english;
  return texts.empty() ? kNone : texts.front().second;
}

void add_text(LanguageTexts& texts, const std::string& language, PlacedText text) {
  const auto found =
      std::find_if(texts.begin(), texts.end(), [&](const auto& entry) { return entry.first == language; });
  if (found == texts.end()) {
    texts.push_back({language, {std::move(text)}});
  } else {
    found->second.push_back(std::move(text));
  }
}

LanguageTexts read_language_texts(const Json& json, const std::string& where, const std::string& field) {
  if (!json.is_object()) {
    fail(where, field, std::string("expected an object of languages, found ") + json.type_name());
  }
  LanguageTexts texts;
  for (const auto& [language, value] : json.items()) {
    const std::string inner = field + "." + language;
    if (!is_language(language)) fail(where, inner, "expected a language such as en, zh or zh-CN");
    if (!value.is_array()) {
      add_text(texts, language, read_text(value, where, inner));
      continue;
    }
    if (value.empty()) fail(where, inner, "expected a text, found none");
    for (size_t i = 0; i < value.size(); ++i) {
      add_text(texts, language, read_text(value[i], where, inner + "[" + std::to_string(i) + "]"));
    }
  }
  return texts;
}

Json language_texts_json(const LanguageTexts& texts) {
  Json json = Json::object();
  for (const auto& [language, list] : texts) {
    Json all = Json::array();
    for (const PlacedText& text : list) all.push_back(text.text);
    json[language] = all.size() == 1 ? all[0] : all;
  }
  return json;
}

std::string language_of(std::string_view text, const std::string& otherwise) {
  const auto size = static_cast<int32_t>(text.size());
  bool has_letters = false;
  for (int32_t at = 0; at < size;) {
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, size, letter);
    if (letter < 0 || !u_isalpha(letter)) continue;
    has_letters = true;
    UErrorCode problem = U_ZERO_ERROR;
    if (uscript_getScript(letter, &problem) == USCRIPT_HAN) return "zh";
  }
  return has_letters ? "en" : otherwise;
}

}  // namespace heed::apps::support
