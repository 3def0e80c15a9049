#pragma once

#include <map>
#include <string>
#include <string_view>

namespace heed::store {

// The parts of SCHEME://[[USER]:PASSWORD@]HOST[:PORT]/PATH[?NAME=VALUE&…], %XX decoded.
struct Url {
  std::string scheme, user, password, host;
  int port = 0;      // 0: not given
  std::string path;  // without the first '/'
  std::map<std::string, std::string> parameters;
};

// Throws invalid_argument, the message without the password.
Url parse_url(const std::string& url);

// %XX decoded. Throws invalid_argument on a broken one or a NUL, naming `where`.
std::string decode_percent(std::string_view text, const std::string& where);

// "a=1&b=2", decoded.
std::map<std::string, std::string> parse_parameters(std::string_view text, const std::string& where);

}  // namespace heed::store
