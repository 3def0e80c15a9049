#include "cli/text_lines.h"

#include <algorithm>
#include <iterator>

#include "apps/line_reader.h"
#include "base/error.h"

namespace heed::cli {

std::vector<std::string> read_text_lines(const std::string& path, int64_t most) {
  apps::LineReader reader(path);
  std::vector<std::string> lines;
  while (static_cast<int64_t>(lines.size()) < most) {
    const auto more = reader.next(static_cast<size_t>(most) - lines.size());
    if (more.empty()) break;
    std::ranges::copy_if(more, std::back_inserter(lines),
                         [](const std::string& line) { return !line.empty(); });
  }
  if (lines.empty()) {
    throw Error(ErrorCode::invalid_argument,
                path + ": expected lines of text, found none; give a file with some");
  }
  return lines;
}

}  // namespace heed::cli
