#include "model/file_name.h"

#include <algorithm>

namespace heed {
namespace {

constexpr size_t kLongestQuote = 80;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_head_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool is_plain_file_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '.') return false;
  return std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || is_control(c); });
}

bool is_head_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_head_character);
}

std::string quote_name(std::string_view name) {
  std::string text(name.substr(0, kLongestQuote));
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return "'" + text + (name.size() > kLongestQuote ? "…'" : "'");
}

}  // namespace heed
