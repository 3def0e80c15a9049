#include "apps/translate/accelerator.h"

#include <cctype>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "apps/translate/placeholders.h"
#include "text/normalise.h"

namespace heed::apps {
namespace {

constexpr std::string_view kMarkers = "_~&";

bool is_key(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_inside_word(char c) { return is_key(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

bool begins_word(std::string_view text, size_t at) { return at == 0 || !is_inside_word(text[at - 1]); }

// Where the one marker stands, npos where there is none or several.
size_t find_marker(std::string_view message, char marker) {
  const size_t at = message.find(marker);
  const bool usable = at != std::string_view::npos && at + 1 < message.size() && is_key(message[at + 1]) &&
                      message.find(marker, at + 1) == std::string_view::npos;
  return usable ? at : std::string_view::npos;
}

// "max_length" and "AT&T" hold the character and no accelerator; "E_xit" and "Sa&ve" do.
bool is_accelerator(std::string_view message, size_t at, char marker) {
  if (begins_word(message, at)) {
    return marker != '&' || message.find(';', at) == std::string_view::npos;
  }
  if (marker == '~') return true;
  size_t word = at;
  while (!begins_word(message, word)) --word;
  const bool capitalised = std::isupper(static_cast<unsigned char>(message[word])) != 0;
  const bool lower_after = std::islower(static_cast<unsigned char>(message[at + 1])) != 0;
  return capitalised && lower_after;
}

bool is_wide_script(std::string_view text) {
  const std::string script = dominant_script(text);
  return script == "Han" || script == "Hiragana" || script == "Katakana" || script == "Hangul";
}

// Where `is_place(text, i)` holds outside of placeholders: at the beginning of a word, else the first such
// place.
template <class Predicate>
size_t find_place(std::string_view text, Predicate is_place) {
  const std::vector<Placeholder> placeholders = find_placeholders(text);
  auto next = placeholders.begin();
  size_t inside_word = std::string_view::npos;
  for (size_t i = 0; i < text.size(); ++i) {
    while (next != placeholders.end() && i >= next->begin + next->length) ++next;
    if ((next != placeholders.end() && i >= next->begin) || !is_place(i)) continue;
    if (begins_word(text, i)) return i;
    if (inside_word == std::string_view::npos) inside_word = i;
  }
  return inside_word;
}

bool letter_begins(std::string_view text, size_t at) {
  if (U8_IS_TRAIL(text[at])) return false;
  UChar32 c;
  auto next = static_cast<int32_t>(at);
  U8_NEXT(text.data(), next, static_cast<int32_t>(text.size()), c);
  return c > 0 && u_isalnum(c);
}

}  // namespace

char detect_accelerator_marker(std::span<const std::string> messages) {
  char best = 0;
  int most = 0;
  for (const char marker : kMarkers) {
    int votes = 0;
    for (const std::string& message : messages) {
      const size_t at = find_marker(message, marker);
      votes += at != std::string::npos && begins_word(message, at) && is_accelerator(message, at, marker);
    }
    if (votes > most) {
      most = votes;
      best = marker;
    }
  }
  return best;
}

std::optional<Accelerator> take_accelerator(std::string_view message, char marker) {
  if (marker == 0) return std::nullopt;
  const size_t at = find_marker(message, marker);
  if (at == std::string_view::npos || !is_accelerator(message, at, marker)) return std::nullopt;
  return Accelerator{std::string(message.substr(0, at)).append(message.substr(at + 1)), message[at + 1]};
}

std::string put_accelerator(std::string_view translation, char marker, char key) {
  std::string result(translation);
  size_t at = find_place(translation, [&](size_t i) { return same_letter(translation[i], key); });
  if (at == std::string_view::npos) {
    at = find_place(translation, [&](size_t i) { return letter_begins(translation, i); });
  }
  if (at == std::string_view::npos || is_wide_script(translation)) {
    return result.append("(").append(1, marker).append(1, upper(key)).append(")");
  }
  return result.insert(at, 1, marker);
}

std::string remove_accelerators(std::string_view translation, std::string_view source, char marker) {
  const auto is_foreign = [&](char c) {
    return kMarkers.find(c) != std::string_view::npos && source.find(c) == std::string_view::npos;
  };
  std::string result;
  for (size_t i = 0; i < translation.size(); ++i) {
    const std::string_view rest = translation.substr(i);
    if (rest.size() >= 4 && rest[0] == '(' && is_foreign(rest[1]) && is_key(rest[2]) && rest[3] == ')') {
      i += 3;
    } else if (rest[0] != marker || !is_foreign(marker) || rest.size() < 2 || !is_inside_word(rest[1])) {
      result += rest[0];
    }
  }
  return result;
}

}  // namespace heed::apps
