#include "store/line_buffer.h"

#include <algorithm>

#include <fmt/format.h>

namespace heed::store {

std::optional<LineBuffer::Line> LineBuffer::next(bool at_end) {
  while (true) {
    const size_t newline = bytes_.find('\n', std::max(begin_, searched_));
    if (newline == bytes_.npos && (!at_end || begin_ == bytes_.size())) break;
    const bool is_whole = newline != bytes_.npos;
    if (auto line = take(is_whole ? newline : bytes_.size(), is_whole ? newline + 1 : bytes_.size()))
      return line;
  }
  searched_ = bytes_.size();
  drop_excess();
  return std::nullopt;
}

std::optional<LineBuffer::Line> LineBuffer::take(size_t end, size_t next_begin) {
  Line line{.begin = consumed_, .message = {}};
  const uint64_t length = end - begin_ + skipped_;
  std::string_view body(bytes_.data() + begin_, std::min(end - begin_, max_line_bytes_));
  if (length > max_line_bytes_) {
    line.message.problem =
        fmt::format("expected a line of at most {} bytes, found {}", max_line_bytes_, length);
  }
  if (body.ends_with('\r')) body.remove_suffix(1);
  line.message.body = body;
  consumed_ += next_begin - begin_ + skipped_;
  skipped_ = 0;
  begin_ = searched_ = next_begin;
  if (line.message.body.empty()) return std::nullopt;
  return line;
}

// Moves what is left to the front, and of a line that is too long already drops all but its beginning.
void LineBuffer::drop_excess() {
  bytes_.erase(0, begin_);
  begin_ = 0;
  const size_t keep = max_line_bytes_ + 1;
  if (bytes_.size() > keep) {
    skipped_ += bytes_.size() - keep;
    bytes_.resize(keep);
  }
  searched_ = bytes_.size();
}

void LineBuffer::restart(uint64_t consumed) {
  bytes_.clear();
  begin_ = searched_ = 0;
  skipped_ = 0;
  consumed_ = consumed;
}

}  // namespace heed::store
