#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "data/lines.h"

namespace heed::data {

// Runs one reader over a fuzzer's bytes as read_table does. An Error is an answer; anything else that escapes
// is a finding.
template <class Read>
int try_reader(const uint8_t* bytes, size_t size, bool is_text, const Read& read) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string name = "fuzz";
  try {
    if (is_text) check_text(input, name);
    read(input, name);
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace heed::data
