#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heed::cli {

// The first `most` lines of `path` ("-": standard input) that are not empty. Throws what apps::LineReader
// does, and invalid_argument where there are none.
std::vector<std::string> read_text_lines(const std::string& path, int64_t most);

}  // namespace heed::cli
