#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace heed::apps::support {

// A text and where it was read: "answers.json:12", for messages.
struct PlacedText {
  std::string text;
  std::string where = {};
};

// What can be said in several languages: languages in the order read, each with one text or more.
using LanguageTexts = std::vector<std::pair<std::string, std::vector<PlacedText>>>;

// The texts of `language` ("zh", "zh-CN"), else of its first part ("zh"), else English, else of the first
// language there is; none where there are no texts.
const std::vector<PlacedText>& texts_in(const LanguageTexts& texts, std::string_view language);

// Adds a text; a language not seen yet comes last.
void add_text(LanguageTexts& texts, const std::string& language, PlacedText text);

// {"en": "...", "zh": ["...", "..."]}, `field` its path in the file. Throws corrupt_data "WHERE: FIELD: …"
// where a language is none ("english"), a text is empty, too long or no text.
LanguageTexts read_language_texts(const Json& json, const std::string& where, const std::string& field);
Json language_texts_json(const LanguageTexts& texts);

// "zh" where any letter of a text is Han, else "en" where it has letters, else `otherwise`.
std::string language_of(std::string_view text, const std::string& otherwise = "");

}  // namespace heed::apps::support
