#include "search/terms.h"

#include <algorithm>
#include <cstdint>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "base/error.h"
#include "text/normalise.h"
#include "text/script.h"

namespace heed::search {
namespace {

constexpr UChar32 kKeycap = 0x20E3;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct CodePoint {
  UChar32 value;  // negative: broken
  std::string_view bytes;
};

CodePoint code_point_at(std::string_view text, size_t begin) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t end = begin;
  UChar32 value = 0;
  U8_NEXT(bytes, end, text.size(), value);
  return {value, text.substr(begin, end - begin)};
}

// Before normalisation, which turns some emoji into letters. ASCII digits are emoji too, and stay.
std::string without_emoji(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const CodePoint at = code_point_at(text, i);
    i += at.bytes.size();
    if (at.value >= 0x80 && u_hasBinaryProperty(at.value, UCHAR_EMOJI)) {
      kept += ' ';
    } else {
      kept += at.bytes;
    }
  }
  return kept;
}

std::string without_diacritics(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* apart = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* together = icu::Normalizer2::getNFCInstance(status);
  const icu::StringPiece bytes(text.data(), static_cast<int32_t>(text.size()));
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "ICU: expected its normalisers, found none");
  const icu::UnicodeString letters = apart->normalize(icu::UnicodeString::fromUTF8(bytes), status);
  icu::UnicodeString kept;
  for (int32_t i = 0; i < letters.length(); ++i) {
    const char16_t unit = letters.charAt(i);
    if (unit < 0x0300 || unit > 0x036F) kept.append(unit);
  }
  std::string utf8;
  together->normalize(kept, status).toUTF8String(utf8);
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, std::string("ICU: ") + u_errorName(status));
  return utf8;
}

std::string folded(std::string_view text) {
  const NormaliseOptions options{Normalisation::nfkc, true};
  if (is_ascii(text)) return normalise(text, options);
  return without_diacritics(normalise(without_emoji(text), options));
}

bool is_apostrophe(UChar32 c) { return c == '\'' || c == 0x2019; }

// Marks go with the letter before them. Variation selectors and what encircles a letter say nothing.
bool is_mark(UChar32 c) {
  if ((c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x20D0 && c <= 0x20FF)) return false;
  return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

bool stands_alone(const CodePoint& at) {
  UErrorCode status = U_ZERO_ERROR;
  return runs_on(at.bytes) || (at.value >= 0x1100 && uscript_getScript(at.value, &status) == USCRIPT_HANGUL);
}

class Collector {
 public:
  void add(const CodePoint& at) {
    const bool is_letter = at.value >= 0 && (u_isalnum(at.value) || (is_mark(at.value) && in_text()));
    if (at.value == kKeycap) {
      word_.clear();
      length_ = 0;
    } else if (is_apostrophe(at.value) && !word_.empty() && !after_apostrophe_) {
      after_apostrophe_ = true;
      return;
    } else if (is_letter && stands_alone(at)) {
      end_word();
      terms_.emplace_back(at.bytes);
      if (!letter_before_.empty()) terms_.push_back(letter_before_ + std::string(at.bytes));
      letter_before_ = at.bytes;
    } else if (is_letter) {
      letter_before_.clear();
      if (length_++ < kMaxTermCharacters) word_ += at.bytes;
    } else if (!is_variation(at.value)) {
      letter_before_.clear();
      end_word();
    }
    after_apostrophe_ = false;
  }

  std::vector<std::string> finish() {
    end_word();
    return std::move(terms_);
  }

 private:
  bool in_text() const { return !word_.empty() || !letter_before_.empty(); }
  static bool is_variation(UChar32 c) { return c >= 0xFE00 && c <= 0xFE0F; }

  void end_word() {
    if (!word_.empty()) {
      const bool english =
          std::all_of(word_.begin(), word_.end(), [](char c) { return c >= 'a' && c <= 'z'; });
      terms_.push_back(english ? english_stem(word_) : word_);
    }
    word_.clear();
    length_ = 0;
  }

  std::vector<std::string> terms_;
  std::string word_, letter_before_;
  int length_ = 0;  // of word_, with what was cut
  bool after_apostrophe_ = false;
};

bool has_vowel(std::string_view word) { return word.find_first_of("aeiouy") != word.npos; }

// "hopp" of hopping is hop; "fall" of falling, "pass" and "buzz" stay.
void undouble(std::string& word) {
  const size_t n = word.size();
  if (n > 2 && word[n - 1] == word[n - 2] &&
      std::string_view("lsz").find(word[n - 1]) == std::string_view::npos)
    word.pop_back();
}

}  // namespace

std::string english_stem(std::string_view word) {
  std::string stem(word);
  if (stem.size() > 4 && stem.ends_with("ies")) {
    stem.replace(stem.size() - 3, 3, "y");
    return stem;
  }
  const bool plural =
      stem.ends_with("s") && !stem.ends_with("ss") && !stem.ends_with("us") && !stem.ends_with("is");
  if (stem.size() > 3 && plural) stem.pop_back();
  for (const std::string_view ending : {"ing", "ed"}) {
    if (!stem.ends_with(ending)) continue;
    const std::string_view rest = std::string_view(stem).substr(0, stem.size() - ending.size());
    if (rest.size() >= 3 && has_vowel(rest)) {
      stem.resize(rest.size());
      undouble(stem);
      break;
    }
  }
  if (stem.size() > 3 && stem.ends_with("e")) stem.pop_back();
  return stem;
}

std::vector<std::string> terms(std::string_view text) {
  const std::string letters = folded(text);
  Collector collector;
  for (size_t i = 0; i < letters.size();) {
    const CodePoint at = code_point_at(letters, i);
    collector.add(at);
    i += at.bytes.size();
  }
  return collector.finish();
}

}  // namespace heed::search
