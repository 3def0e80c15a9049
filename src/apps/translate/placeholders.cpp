#include "apps/translate/placeholders.h"

#include <algorithm>
#include <string>

namespace heed::apps {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kVoidTags[] = {"br", "hr", "img", "p", "li", "wbr"};

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_digit(char c) { return is_one_of(c, kDigits); }
bool is_letter(char c) { return is_one_of(c, kUpper) || is_one_of(c, kLower); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// Every matcher below: how many bytes from the start of `s` are such a placeholder, 0 where none.

template <class Predicate>
size_t run(std::string_view s, size_t from, Predicate predicate) {
  size_t end = from;
  while (end < s.size() && predicate(s[end])) ++end;
  return end;
}

char at(std::string_view s, size_t i) { return i < s.size() ? s[i] : '\0'; }

size_t match_conversion_type(std::string_view s, size_t from) {
  size_t end = from;
  if (at(s, end) == '<') {  // gettext's spelling of the macros of <inttypes.h>
    const size_t close = s.find('>', end);
    return close != std::string_view::npos && s.substr(end, 4) == "<PRI" ? close + 1 : 0;
  }
  end = run(s, end, [](char c) { return is_one_of(c, "hlqjztL"); });
  return is_one_of(at(s, end), "diouxXeEfFgGaAcspn@") && end < s.size() ? end + 1 : 0;
}

struct Conversion {
  size_t length = 0;
  bool ordered = false;
};

Conversion match_printf(std::string_view s, bool printf_format) {
  if (at(s, 1) == '%') return {printf_format ? size_t{2} : size_t{0}, false};
  if (at(s, 1) == '(') {
    const size_t close = run(s, 2, is_word);
    return {at(s, close) == ')' ? match_conversion_type(s, close + 1) : 0, false};
  }
  size_t end = 1;
  const size_t number = run(s, end, is_digit);
  const bool numbered = number > end && at(s, number) == '$';
  if (numbered) end = number + 1;
  end = run(s, end, [&](char c) { return is_one_of(c, printf_format ? "-+#0' " : "-+#0'"); });
  end = run(s, end, [](char c) { return is_digit(c) || c == '*'; });
  if (at(s, end) == '.') end = run(s, end + 1, [](char c) { return is_digit(c) || c == '*'; });
  return {match_conversion_type(s, end), !numbered};
}

size_t match_percent_name(std::string_view s) {
  const size_t number = run(s, at(s, 1) == 'L' ? 2 : 1, is_digit);
  if (is_digit(at(s, number - 1))) return number;
  const size_t upper = run(s, 1, [](char c) { return is_one_of(c, kUpper) || is_digit(c) || c == '_'; });
  const size_t lower = run(s, 1, [](char c) { return is_one_of(c, kLower); });
  const size_t end = upper >= 3 ? upper : lower >= 4 ? lower : 0;
  if (end == 0 && is_letter(at(s, 1)) && !is_letter(at(s, 2))) return 2;  // dates: %H:%M
  return end > 0 && at(s, end) == '%' ? end + 1 : end;
}

size_t match_braces(std::string_view s) {
  const size_t open = s.substr(0, 2) == "{{" ? 2 : 1;
  const size_t end = run(s, open, [](char c) { return is_word(c) || is_one_of(c, ".:!,#%+-<>="); });
  const bool named = end == open || is_word(s[open]);
  return named && s.substr(end, open) == std::string_view("}}").substr(0, open) ? end + open : 0;
}

size_t match_dollar(std::string_view s) {
  if (at(s, 1) == '{') {
    const size_t length = match_braces(s.substr(1));
    return length > 0 ? length + 1 : 0;
  }
  if (at(s, 1) == '(') {
    const size_t end = run(s, 2, is_word);
    return end > 2 && at(s, end) == ')' ? end + 1 : 0;
  }
  const size_t end = is_digit(at(s, 1)) ? run(s, 1, is_digit) : run(s, 1, is_word);
  if (end == 1) return 0;
  return is_letter(at(s, 1)) && at(s, end) == '$' ? end + 1 : end;
}

// "<b>", "</b>", "<br/>", "<a href=…>", but not the "<none>" that a translation turns into words.
size_t match_tag(std::string_view s, std::string_view whole) {
  const bool closing = at(s, 1) == '/';
  const size_t name_begin = closing ? 2 : 1;
  if (!is_letter(at(s, name_begin))) return 0;
  const size_t name_end = run(s, name_begin, [](char c) { return is_word(c) || c == '-' || c == ':'; });
  const size_t close = s.find_first_of("<>\n", name_end);
  if (close == std::string_view::npos || s[close] != '>') return 0;
  const std::string name(s.substr(name_begin, name_end - name_begin));
  const bool mark_up = closing || s[close - 1] == '/' || whole.find("</" + name) != std::string_view::npos ||
                       s.substr(0, close).find('=') != std::string_view::npos ||
                       std::ranges::find(kVoidTags, name) != std::end(kVoidTags);
  return mark_up ? close + 1 : 0;
}

size_t match_entity(std::string_view s) {
  const size_t end = run(s, at(s, 1) == '#' ? 2 : 1, [](char c) { return is_letter(c) || is_digit(c); });
  return end > 2 && at(s, end) == ';' ? end + 1 : 0;
}

size_t match_address(std::string_view s) {
  const bool address = s.starts_with("http://") || s.starts_with("https://") || s.starts_with("ftp://") ||
                       s.starts_with("www.");
  if (!address) return 0;
  size_t end = run(s, 0, [](char c) { return c > ' ' && c < 127 && !is_one_of(c, "<>\"'`"); });
  while (end > 0 && is_one_of(s[end - 1], ".,;:!?)]}")) --end;
  return end;
}

size_t match_option(std::string_view s) {
  if (s.substr(0, 2) != "--" || !is_letter(at(s, 2))) return 0;
  return run(s, 2, [](char c) { return is_word(c) || c == '-'; });
}

Placeholder match(std::string_view text, size_t begin, bool printf_format) {
  const std::string_view s = text.substr(begin);
  const bool inside_word = begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '-');
  switch (s[0]) {
    case '%': {
      const Conversion conversion = match_printf(s, printf_format);
      const size_t name = match_percent_name(s);
      const bool is_conversion = printf_format ? conversion.length > 0 : conversion.length >= name;
      return is_conversion ? Placeholder{begin, conversion.length, conversion.ordered}
                           : Placeholder{begin, name};
    }
    case '{':
      return {begin, match_braces(s)};
    case '$':
      return {begin, match_dollar(s)};
    case '<':
      return {begin, match_tag(s, text)};
    case '&':
      return {begin, match_entity(s)};
    case 'h':
    case 'f':
    case 'w':
      return {begin, inside_word ? 0 : match_address(s)};
    case '-':
      return {begin, inside_word ? 0 : match_option(s)};
    default:
      return {};
  }
}

}  // namespace

std::vector<Placeholder> find_placeholders(std::string_view text, bool printf_format) {
  std::vector<Placeholder> found;
  for (size_t i = 0; i < text.size();) {
    const Placeholder one = match(text, i, printf_format);
    if (one.length > 0) found.push_back(one);
    i += std::max<size_t>(one.length, 1);
  }
  return found;
}

}  // namespace heed::apps
