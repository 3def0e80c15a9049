#include "data/po_strings.h"

#include <cstdint>
#include <vector>

namespace heed::data {
namespace {

constexpr std::string_view kEscapes = "ntrabvf\\\"?";
constexpr std::string_view kEscaped = "\n\t\r\a\b\v\f\\\"?";

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Up to `max_digits` digits of `base` at `at`.
char read_code(std::string_view text, size_t& at, int base, int max_digits) {
  int value = 0;
  for (int i = 0; i < max_digits && at < text.size() && digit_value(text[at]) < base; ++i) {
    value = value * base + digit_value(text[at++]);
  }
  return static_cast<char>(value);
}

// The character of the escape whose backslash stands before `at`.
char read_escape(std::string_view text, size_t& at, std::string& problem) {
  const char c = at < text.size() ? text[at] : '\0';
  if (digit_value(c) < 8) return read_code(text, at, 8, 3);
  if (c == 'x' && at + 1 < text.size() && digit_value(text[at + 1]) < 16) return read_code(text, ++at, 16, 2);
  const size_t index = c == '\0' ? kEscapes.npos : kEscapes.find(c);
  if (index == kEscapes.npos) {
    problem = "expected a known escape such as \\n or \\\", found '\\" + (c ? std::string(1, c) : "") + "'";
    return '\0';
  }
  ++at;
  return kEscaped[index];
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const size_t index = c == '?' ? kEscaped.npos : kEscaped.find(c);
    if (index == kEscaped.npos) {
      result += c;
    } else {
      result += '\\';
      result += kEscapes[index];
    }
  }
  return result;
}

// Cut after each newline.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t size = newline == text.npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

}  // namespace

std::string read_po_strings(std::string_view text, std::string& problem) {
  problem.clear();
  std::string result;
  size_t at = 0;
  bool any = false;
  while (true) {
    at = text.find_first_not_of(" \t", at);
    if (at == text.npos) break;
    if (text[at] != '"') {
      problem = "expected a string in double quotes, found '" + std::string(1, text[at]) + "'";
      return result;
    }
    for (++at; at < text.size() && text[at] != '"';) {
      const char c = text[at++];
      result += c == '\\' ? read_escape(text, at, problem) : c;
      if (!problem.empty()) return result;
    }
    if (at >= text.size()) {
      problem = "expected a closing quote, found the line's end";
      return result;
    }
    ++at;
    any = true;
  }
  if (!any) problem = "expected a string in double quotes, found nothing";
  return result;
}

std::string write_po_string(std::string_view prefix, std::string_view keyword, std::string_view text,
                            std::string_view line_end) {
  const std::vector<std::string_view> lines = split_lines(text);
  std::string result = std::string(prefix) + std::string(keyword) + " ";
  if (lines.size() <= 1) return result + "\"" + escaped(text) + "\"" + std::string(line_end);
  result += "\"\"" + std::string(line_end);
  for (const std::string_view line : lines) {
    result += std::string(prefix) + "\"" + escaped(line) + "\"" + std::string(line_end);
  }
  return result;
}

}  // namespace heed::data
