#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed::data {

bool is_gzip(std::string_view bytes);

// The content of gzip bytes (RFC 1952, several members one after another included). Throws corrupt_data on
// broken or cut-off bytes and too_large where the content is longer than `max_bytes`; `where` names the file.
std::string gunzip(std::string_view bytes, int64_t max_bytes, const std::string& where);

}  // namespace heed::data
