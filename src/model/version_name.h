#pragma once

#include <cstdint>
#include <string>

namespace heed {

// The number that names a version's folder ("3"), or 0 where `text` is not one.
int64_t parse_version(const std::string& text);

}  // namespace heed
