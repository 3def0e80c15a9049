#include "text/normalise.h"

#include <array>
#include <map>
#include <vector>

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "base/error.h"
#include "base/nearest.h"

namespace heed {
namespace {

void check_icu(UErrorCode status) {
  if (U_FAILURE(status)) {
    throw Error(ErrorCode::internal, std::string("ICU: expected success, found ") + u_errorName(status));
  }
}

// White space is kept for now, control characters such as tab and newline that are white space too.
icu::UnicodeString without_controls(const icu::UnicodeString& text) {
  icu::UnicodeString kept;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const bool drop = c == 0xFEFF || (u_charType(c) == U_CONTROL_CHAR && !u_isUWhiteSpace(c));
    if (!drop) kept.append(c);
  }
  return kept;
}

icu::UnicodeString to_form(const icu::UnicodeString& text, Normalisation form) {
  if (form == Normalisation::none) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normaliser = form == Normalisation::nfc ? icu::Normalizer2::getNFCInstance(status)
                                                                  : icu::Normalizer2::getNFKCInstance(status);
  check_icu(status);
  icu::UnicodeString result = normaliser->normalize(text, status);
  check_icu(status);
  return result;
}

icu::UnicodeString squeeze_spaces(const icu::UnicodeString& text) {
  icu::UnicodeString result;
  bool pending = false;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c)) {
      pending = !result.isEmpty();
      continue;
    }
    if (pending) result.append(u' ');
    pending = false;
    result.append(c);
  }
  return result;
}

// The code point at `i`, negative where it is broken; moves `i` on.
UChar32 next_code_point(std::string_view text, size_t& i) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 c = 0;
  U8_NEXT(bytes, i, text.size(), c);
  return c;
}

}  // namespace

Normalisation parse_normalisation(std::string_view name) {
  static const std::array<std::string, 3> kNames = {"none", "nfc", "nfkc"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Normalisation>(i);
  }
  throw Error(ErrorCode::invalid_argument, "normalisation: expected none, nfc or nfkc, found '" +
                                               std::string(name) + "'" + did_you_mean(name, kNames));
}

std::string normalise(std::string_view text, const NormaliseOptions& options) {
  if (text.size() > size_t{1} << 29) {  // ICU counts in int32_t, and a form may be several times longer
    throw Error(ErrorCode::too_large,
                "text: expected at most 536870912 bytes, found " + std::to_string(text.size()));
  }
  const icu::StringPiece bytes(text.data(), static_cast<int32_t>(text.size()));
  icu::UnicodeString result = to_form(without_controls(icu::UnicodeString::fromUTF8(bytes)), options.form);
  if (options.lowercase) result = to_form(result.toLower(icu::Locale::getRoot()), options.form);
  std::string utf8;
  return squeeze_spaces(result).toUTF8String(utf8);
}

int64_t count_characters(std::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

int64_t count_width(std::string_view text) {
  int64_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const UChar32 c = next_code_point(text, i);
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = c < 0x1100 ? USCRIPT_COMMON : uscript_getScript(c, &status);
    const bool wide = script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
                      script == USCRIPT_HANGUL;
    width += wide ? 2 : 1;
  }
  return width;
}

size_t utf8_prefix(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text.size();
  const auto continues = [&](size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
  };
  size_t end = max_bytes;
  while (end > 0 && continues(end)) --end;
  if (end > 0) return end;
  for (end = 1; continues(end);) ++end;
  return end;
}

std::string dominant_script(std::string_view text) {
  std::map<UScriptCode, int64_t> letters;
  for (size_t i = 0; i < text.size();) {
    const UChar32 c = next_code_point(text, i);
    if (c < 0 || !u_isalpha(c)) continue;
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &status);
    if (U_SUCCESS(status) && script > USCRIPT_INHERITED) ++letters[script];
  }
  UScriptCode best = USCRIPT_COMMON;
  for (const auto& [script, count] : letters) {
    if (best == USCRIPT_COMMON || count > letters[best]) best = script;
  }
  return best == USCRIPT_COMMON ? "" : uscript_getName(best);
}

}  // namespace heed
