#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace heed {

// Microseconds since 1970, UTC, of ISO 8601: "2024-03-29", "2024-03-29T20:32:32", with a fraction of a second
// and "Z" or "+08:00" behind it or not. Nothing where it is none.
std::optional<int64_t> parse_iso_time(std::string_view text);

}  // namespace heed
