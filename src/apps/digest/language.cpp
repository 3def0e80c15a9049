#include "apps/digest/language.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "text/normalise.h"
#include "text/script.h"

namespace heed::apps::digest {
namespace {

constexpr double kLeastMinutes = 5.0 / 60;

struct Speed {
  std::string_view language;
  double words;  // a minute
};
constexpr std::array kWordSpeeds = {Speed{"en", 228}, Speed{"de", 179}, Speed{"fr", 195}, Speed{"es", 218}};
constexpr double kOtherWords = 218, kChineseCharacters = 255, kJapaneseCharacters = 357;

struct CommonWords {
  std::string_view language, words;
};
constexpr std::array kCommon = {
    CommonWords{"en", " the of and to in is that for it with was on are as by this from at be have "},
    CommonWords{"de",
                " der die und das ist nicht den von zu mit sich des auf für im dem ein eine auch wird "},
    CommonWords{"fr", " le la les des et est une du dans que pour qui sur pas au avec ce il son aux "},
    CommonWords{"es", " el los las del que y es una por con para se su al como más lo pero sus ha "}};

// Letters that run on, and words of the others.
struct Lengths {
  int64_t characters = 0, words = 0;
};

Lengths lengths_of(std::string_view text) {
  Lengths lengths;
  bool in_word = false;
  for (size_t i = 0; i < text.size();) {
    const size_t size = utf8_prefix(text.substr(i), 4) == 0 ? 1 : [&] {
      const auto lead = static_cast<unsigned char>(text[i]);
      return static_cast<size_t>(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
    }();
    const std::string_view character = text.substr(i, size);
    i += size;
    if (runs_on(character)) {
      ++lengths.characters;
      in_word = false;
    } else if (character == " ") {
      in_word = false;
    } else if (!in_word) {
      in_word = true;
      ++lengths.words;
    }
  }
  return lengths;
}

}  // namespace

std::string language_of(std::string_view text) {
  const std::string script = dominant_script(text);
  if (script == "Hiragana" || script == "Katakana") return "ja";
  if (script == "Hangul") return "ko";
  if (script == "Han") {
    // Japanese writes its endings in Kana: U+3041 to U+30FF, E3 81 81 to E3 83 BF.
    size_t kana = 0;
    for (size_t i = 0; i + 2 < text.size(); ++i) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      kana += text[i] == '\xE3' && second >= 0x81 && second <= 0x83 ? 1 : 0;
    }
    return kana * 30 > text.size() ? "ja" : "zh";
  }
  if (script != "Latin") return "";
  std::array<int, kCommon.size()> counts{};
  std::istringstream words(normalise(text, {.lowercase = true}));
  for (std::string word; words >> word;) {
    word = " " + word + " ";
    for (size_t k = 0; k < kCommon.size(); ++k) counts[k] += kCommon[k].words.find(word) != word.npos ? 1 : 0;
  }
  return std::string(
      kCommon[static_cast<size_t>(std::ranges::max_element(counts) - counts.begin())].language);
}

double reading_minutes(std::string_view text, std::string_view language) {
  const Lengths lengths = lengths_of(text);
  const auto* const speed = std::ranges::find(kWordSpeeds, language, &Speed::language);
  const double words = speed == kWordSpeeds.end() ? kOtherWords : speed->words;
  const double characters = language == "ja" ? kJapaneseCharacters : kChineseCharacters;
  return std::max(kLeastMinutes, static_cast<double>(lengths.words) / words +
                                     static_cast<double>(lengths.characters) / characters);
}

}  // namespace heed::apps::digest
