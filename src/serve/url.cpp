#include "serve/url.h"

#include <algorithm>
#include <charconv>

namespace heed::serve {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned int byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto read = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    if (read.ptr != text.data() + i + 3 || byte == 0) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

PathParts split_path(std::string_view path) { return split(path, '/'); }

bool match_path(std::string_view pattern, std::string_view path,
                std::map<std::string, std::string>& parameters) {
  return match_path(split_path(pattern), split_path(path), parameters);
}

bool match_path(const PathParts& pattern, const PathParts& path,
                std::map<std::string, std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (!pattern[i].starts_with('{')) {
      if (pattern[i] != path[i]) return false;
      continue;
    }
    const std::optional<std::string> value = percent_decode(path[i]);
    if (!value || value->empty() || *value == "." || *value == "..") return false;
    parameters[std::string(pattern[i].substr(1, pattern[i].size() - 2))] = *value;
  }
  return true;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (query.empty()) return pairs;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    std::string text(part);
    std::ranges::replace(text, '+', ' ');
    const size_t equals = text.find('=');
    const auto name = percent_decode(std::string_view(text).substr(0, equals));
    const auto value =
        percent_decode(equals == std::string::npos ? "" : std::string_view(text).substr(equals + 1));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(*name, *value);
  }
  return pairs;
}

std::string host_of(std::string_view authority) {
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return std::string(authority.substr(0, colon));
}

std::string authority_of(std::string_view origin) {
  const size_t begin = origin.find("://");
  return std::string(begin == std::string_view::npos ? origin : origin.substr(begin + 3));
}

bool is_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) return true;
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace heed::serve
