#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed::data {

// Throws corrupt_data where `text` is not UTF-8 or holds a NUL byte: "FILE:LINE: expected UTF-8 text, found
// byte 0xff at byte 12 of the line (offset 3456); …".
void check_text(std::string_view text, const std::string& file);

// Walks the lines of a text; a line ends in LF or CRLF, the last one also at the end of the text.
class LineCursor {
 public:
  // A byte order mark at the start is skipped.
  LineCursor(std::string_view text, const std::string& file, int64_t max_line_bytes);

  // Moves to the next line; false at the end. Throws corrupt_data where a line is over the limit.
  bool next();
  std::string_view line() const { return line_; }  // without its end
  int64_t number() const { return number_; }       // 1-based

 private:
  std::string_view rest_;
  std::string_view line_;
  const std::string& file_;
  int64_t max_line_bytes_;
  int64_t number_ = 0;
};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace heed::data
