#include "metrics/bleu_tokenizer.h"

#include <array>
#include <utility>

#include <unicode/uchar.h>

#include "base/error.h"
#include "metrics/code_points.h"

namespace heed::metrics {
namespace {

using Text = std::u32string;

constexpr std::array<std::pair<std::string_view, BleuTokenizer>, 5> kNames = {{
    {"none", BleuTokenizer::none},
    {"13a", BleuTokenizer::v13a},
    {"zh", BleuTokenizer::zh},
    {"intl", BleuTokenizer::intl},
    {"char", BleuTokenizer::character},
}};

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_period_or_comma(char32_t c) { return c == U'.' || c == U','; }

// ASCII punctuation that 13a always sets apart: all of it but the apostrophe, comma, hyphen and period.
bool is_western_mark(char32_t c) {
  return (c >= U' ' && c <= U'&') || (c >= U'(' && c <= U'+') || c == U'/' || (c >= U':' && c <= U'@') ||
         (c >= U'[' && c <= U'`') || (c >= U'{' && c <= U'~');
}

bool in_class(char32_t c, uint32_t mask) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0; }
bool is_number(char32_t c) { return in_class(c, U_GC_N_MASK); }
bool is_punctuation(char32_t c) { return in_class(c, U_GC_P_MASK); }
bool is_symbol(char32_t c) { return in_class(c, U_GC_S_MASK); }

// What sacreBLEU's zh rule takes for a Chinese character. Its table means to name the supplementary planes,
// but its bounds compare as U+2001..U+2A6D: scores equal sacreBLEU's only with the table as it works, so
// general punctuation (“ ” — …) is in and U+20000 is not.
bool is_chinese(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 19> kRanges = {{
      {0x2001, 0x2a6d}, {0x2e80, 0x2eff}, {0x2f00, 0x2fdf}, {0x2ff0, 0x2fff}, {0x3000, 0x303f},
      {0x3100, 0x312f}, {0x31a0, 0x31bf}, {0x31c0, 0x31ef}, {0x3200, 0x32ff}, {0x3300, 0x33ff},
      {0x3400, 0x4db5}, {0x4e00, 0x9fbb}, {0xf900, 0xfa2d}, {0xfa30, 0xfa6a}, {0xfa70, 0xfad9},
      {0xfe10, 0xfe1f}, {0xfe30, 0xfe4f}, {0xff00, 0xffef}, {0x2f81, 0x2fa1},
  }};
  for (const auto& [first, last] : kRanges) {
    if (c >= first && c <= last) return true;
  }
  return false;
}

template <class Test>
Text set_apart(const Text& text, Test test) {
  Text out;
  out.reserve(text.size() * 2);
  for (char32_t c : text) {
    if (test(c)) {
      out.append({U' ', c, U' '});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

enum class Spaces { around_second, around_first };

// Scans left to right for a character of `first` followed by one of `second` and puts spaces around one of
// the two. A pair is used up whole: its second character does not begin another pair, which decides what
// becomes of "..." and "?!".
template <class First, class Second>
Text part_pairs(const Text& text, First first, Second second, Spaces spaces) {
  Text out;
  out.reserve(text.size() * 2);
  size_t i = 0;
  while (i < text.size()) {
    if (i + 1 < text.size() && first(text[i]) && second(text[i + 1])) {
      if (spaces == Spaces::around_second) {
        out.append({text[i], U' ', text[i + 1], U' '});
      } else {
        out.append({U' ', text[i], U' ', text[i + 1]});
      }
      i += 2;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

void replace_all(Text& text, std::u32string_view from, std::u32string_view to) {
  for (size_t at = text.find(from); at != Text::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

Text part_western(const Text& text) {
  const auto not_digit = [](char32_t c) { return !is_digit(c); };
  const auto is_dash = [](char32_t c) { return c == U'-'; };
  Text out = set_apart(text, is_western_mark);
  out = part_pairs(out, not_digit, is_period_or_comma, Spaces::around_second);
  out = part_pairs(out, is_period_or_comma, not_digit, Spaces::around_first);
  return part_pairs(out, is_digit, is_dash, Spaces::around_second);
}

Text part_13a(Text text) {
  replace_all(text, U"<skipped>", U"");
  replace_all(text, U"-\n", U"");
  replace_all(text, U"\n", U" ");
  replace_all(text, U"&quot;", U"\"");
  replace_all(text, U"&amp;", U"&");
  replace_all(text, U"&lt;", U"<");
  replace_all(text, U"&gt;", U">");
  return part_western(U" " + text + U" ");
}

Text part_international(const Text& text) {
  const auto not_number = [](char32_t c) { return !is_number(c); };
  Text out = part_pairs(text, not_number, is_punctuation, Spaces::around_second);
  out = part_pairs(out, is_punctuation, not_number, Spaces::around_first);
  return set_apart(out, is_symbol);
}

Text part(const Text& text, BleuTokenizer tokenizer) {
  switch (tokenizer) {
    case BleuTokenizer::none:
      return text;
    case BleuTokenizer::v13a:
      return part_13a(text);
    case BleuTokenizer::zh:
      return part_western(set_apart(text, is_chinese));
    case BleuTokenizer::intl:
      return part_international(text);
    case BleuTokenizer::character:
      return set_apart(text, [](char32_t) { return true; });
  }
  throw Error(ErrorCode::internal, "BLEU tokenizer: expected one of the enumeration, found another value");
}

Text without_end_spaces(Text text, bool start_too) {
  while (!text.empty() && is_space(text.back())) text.pop_back();
  size_t first = 0;
  while (start_too && first < text.size() && is_space(text[first])) ++first;
  return text.substr(first);
}

}  // namespace

BleuTokenizer parse_bleu_tokenizer(std::string_view name) {
  for (const auto& [known, tokenizer] : kNames) {
    if (known == name) return tokenizer;
  }
  throw Error(ErrorCode::invalid_argument,
              "BLEU tokenizer: expected none, 13a, zh, intl or char, found '" + std::string(name) + "'");
}

std::string_view name_of(BleuTokenizer tokenizer) {
  for (const auto& [name, known] : kNames) {
    if (known == tokenizer) return name;
  }
  return "";
}

std::vector<std::string> bleu_tokens(std::string_view sentence, BleuTokenizer tokenizer) {
  const Text text = without_end_spaces(to_code_points(sentence), tokenizer == BleuTokenizer::zh);
  std::vector<std::string> tokens;
  for (const Text& token : split_at_spaces(part(text, tokenizer))) tokens.push_back(to_utf8(token));
  return tokens;
}

}  // namespace heed::metrics
