#pragma once

#include <string>
#include <string_view>

namespace heed::serve {

// HMAC-SHA-256 (RFC 2104), in lower-case hexadecimal digits.
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace heed::serve
