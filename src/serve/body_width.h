#pragma once

#include <cstdint>
#include <string_view>

namespace heed::serve {

constexpr int64_t kMaxKeys = 256;  // of one object

// Throws invalid_argument where an object of the JSON `body` has more than kMaxKeys keys: reading it compares
// each with those before, and the connection's thread would be busy for as long as the square of them. What
// is not JSON is left to the parser.
void check_width(std::string_view body);

}  // namespace heed::serve
