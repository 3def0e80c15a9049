#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/stream.h"

namespace heed::store {

// Bytes that arrive in pieces, handed out as lines. Of a line over the limit it keeps the beginning alone, so
// that memory stays bounded whatever is sent.
class LineBuffer {
 public:
  explicit LineBuffer(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  void add(std::string_view bytes) { bytes_.append(bytes); }

  // The next whole line, without its end; with `at_end`, the last one too where its newline is missing. Empty
  // lines are passed over. `begin` of it counts bytes from the start.
  struct Line {
    uint64_t begin = 0;
    Message message;  // body, problem
  };
  std::optional<Line> next(bool at_end);

  uint64_t consumed() const { return consumed_; }  // bytes handed out as lines or passed over
  size_t held() const { return bytes_.size() - begin_; }
  void restart(uint64_t consumed);  // forgets what it holds; counting goes on from there

 private:
  std::optional<Line> take(size_t end, size_t next_begin);
  void drop_excess();

  size_t max_line_bytes_;
  std::string bytes_;
  size_t begin_ = 0;       // in bytes_, of what is not yet handed out
  size_t searched_ = 0;    // no newline stands in [begin_, searched_)
  uint64_t consumed_ = 0;  // of the stream, at begin_
  uint64_t skipped_ = 0;   // bytes dropped from the middle of an overlong line
};

}  // namespace heed::store
