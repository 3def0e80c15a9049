#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace heed::data {

// Throws corrupt_data "FILE:LINE: PROBLEM".
[[noreturn]] inline void fail_at(const std::string& file, int64_t line, const std::string& problem) {
  throw Error(ErrorCode::corrupt_data, file + ":" + std::to_string(line) + ": " + problem);
}

// The text up to about `max_bytes` bytes, on one line and in quotes, for messages.
std::string shown(std::string_view text, size_t max_bytes = 60);

// "a, b, c", for messages.
template <class Strings>
std::string listed(const Strings& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace heed::data
