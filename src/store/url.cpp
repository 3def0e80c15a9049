#include "store/url.h"

#include <charconv>

#include "base/error.h"
#include "store/database.h"

namespace heed::store {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::invalid_argument, where + ": " + what);
}

int parse_port(std::string_view text, const std::string& where) {
  int port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) {
    fail(where, "expected a port from 1 to 65535, found '" + std::string(text) + "'");
  }
  return port;
}

void parse_authority(std::string_view text, Url& url, const std::string& where) {
  if (const size_t at = text.rfind('@'); at != text.npos) {
    const std::string_view who = text.substr(0, at);
    const size_t colon = who.find(':');
    url.user = decode_percent(who.substr(0, colon), where);
    if (colon != who.npos) url.password = decode_percent(who.substr(colon + 1), where);
    text.remove_prefix(at + 1);
  }
  const bool is_bracketed = text.starts_with('[');  // an IPv6 address
  const size_t host_end = is_bracketed ? text.find(']') : text.find(':');
  if (is_bracketed && host_end == text.npos) fail(where, "expected ']' after the address, found none");
  url.host = decode_percent(is_bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end), where);
  text.remove_prefix(is_bracketed ? host_end + 1 : std::min(host_end, text.size()));
  if (text.empty()) return;
  if (text.front() != ':')
    fail(where, "expected ':' and a port after the host, found '" + std::string(text) + "'");
  url.port = parse_port(text.substr(1), where);
}

}  // namespace

std::string decode_percent(std::string_view text, const std::string& where) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (problem != std::errc() || end != digits.data() + 2 || value == 0) {
      fail(where,
           "expected two hexadecimal digits after '%', and not 00, found '" + std::string(digits) + "'");
    }
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

std::map<std::string, std::string> parse_parameters(std::string_view text, const std::string& where) {
  std::map<std::string, std::string> parameters;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view one = text.substr(0, end);
    const size_t equals = one.find('=');
    if (equals == one.npos) fail(where, "expected NAME=VALUE after '?', found '" + std::string(one) + "'");
    parameters[decode_percent(one.substr(0, equals), where)] = decode_percent(one.substr(equals + 1), where);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parameters;
}

Url parse_url(const std::string& text) {
  const std::string where = shown_url(text);
  std::string_view rest = text;
  Url url;
  const size_t scheme = rest.find("://");
  if (scheme == rest.npos || scheme == 0) fail(where, "expected SCHEME://…, found none");
  url.scheme = rest.substr(0, scheme);
  rest.remove_prefix(scheme + 3);
  if (const size_t question = rest.find('?'); question != rest.npos) {
    url.parameters = parse_parameters(rest.substr(question + 1), where);
    rest = rest.substr(0, question);
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  parse_authority(rest.substr(0, slash), url, where);
  if (slash < rest.size()) url.path = decode_percent(rest.substr(slash + 1), where);
  return url;
}

}  // namespace heed::store
