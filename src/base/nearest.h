#pragma once

#include <span>
#include <string>
#include <string_view>

namespace heed {

// The known name with the smallest edit distance to `name` (insert, delete, replace, swap neighbours), or
// "" where every one is further than half of the name's length.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

// " (did you mean 'X'?)" or "", for the end of an error message.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace heed
