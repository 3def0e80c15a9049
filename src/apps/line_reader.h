#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace heed::apps {

// Lines of a file or of a pipe, in chunks that are as large as what has already arrived: a whole file comes
// in full chunks, a person's typing line by line. Line ends ("\n", "\r\n") are removed.
class LineReader {
 public:
  // `path` "-" is standard input. Throws not_found or io, and corrupt_data on an empty file (a pipe may be
  // empty).
  explicit LineReader(const std::string& path, int64_t max_line_bytes = 1 << 18);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Waits for one line, then adds those that are there already, up to `most`. Empty at the end of the input.
  // Throws corrupt_data or too_large, naming the line, on broken UTF-8, a NUL byte or a line over the limit.
  std::vector<std::string> next(size_t most);

 private:
  bool take_line(std::string& line);
  bool fill();
  bool ready() const;
  void check(const std::string& line) const;

  std::string name_;
  int descriptor_;
  int64_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;     // of what is not yet handed out
  size_t searched_ = 0;  // no line end stands in [begin_, searched_)
  bool ended_ = false;
  int64_t line_ = 0;
};

}  // namespace heed::apps
