#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::serve {

// %41 -> A; nullopt where a percent sign is not followed by two hexadecimal digits, or where there is a NUL,
// escaped or not.
std::optional<std::string> percent_decode(std::string_view text);

// Whether `path` is as `pattern` ("/v1/models/{model}") says; then the decoded parts by name. A part is not
// empty, and neither "." nor "..".
bool match_path(std::string_view pattern, std::string_view path,
                std::map<std::string, std::string>& parameters);
// The same of paths that split_path has cut at their slashes.
using PathParts = std::vector<std::string_view>;
PathParts split_path(std::string_view path);
bool match_path(const PathParts& pattern, const PathParts& path,
                std::map<std::string, std::string>& parameters);

// a=1&b=two -> {{"a", "1"}, {"b", "two"}}, + being a space; nullopt where an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

// "localhost:8080" -> "localhost"; "[::1]:80" -> "[::1]".
std::string host_of(std::string_view authority);
// "http://localhost:8080" -> "localhost:8080".
std::string authority_of(std::string_view origin);
// An IPv4 address, or an IPv6 one in brackets.
bool is_address(std::string_view host);

}  // namespace heed::serve
