#include "data/lines.h"

#include <algorithm>
#include <cstdio>

#include "data/place.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

int64_t line_of(std::string_view text, size_t offset) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
}

// "byte 12 of the line (offset 3456)", counted from 1 and from 0 as editors and tools do.
std::string byte_place(std::string_view text, size_t offset) {
  const size_t newline = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  const size_t start = newline == text.npos ? 0 : newline + 1;
  return "byte " + std::to_string(offset - start + 1) + " of the line (offset " + std::to_string(offset) +
         ")";
}

std::string hexadecimal(char byte) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

void check_text(std::string_view text, const std::string& file) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    fail_at(file, 1, "expected UTF-8 text, found UTF-16; convert the file: iconv -f UTF-16 -t UTF-8");
  }
  if (const size_t at = text.find('\0'); at != text.npos) {
    fail_at(file, line_of(text, at),
            "expected text, found a NUL byte at " + byte_place(text, at) +
                "; remove it, or name the right format");
  }
  if (text.find('\n') == text.npos && text.find('\r') < text.size() - 1) {
    fail_at(file, 1,
            "expected lines that end in a newline, found carriage returns alone; convert the file: tr '\\r' "
            "'\\n'");
  }
  if (const size_t at = find_invalid_utf8(text); at != text.npos) {
    fail_at(file, line_of(text, at),
            "expected UTF-8 text, found byte " + hexadecimal(text[at]) + " at " + byte_place(text, at) +
                "; convert the file, for example: iconv -f GB18030 -t UTF-8");
  }
}

LineCursor::LineCursor(std::string_view text, const std::string& file, int64_t max_line_bytes)
    : rest_(text), file_(file), max_line_bytes_(max_line_bytes) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

bool LineCursor::next() {
  if (rest_.empty()) return false;
  ++number_;
  const size_t newline = rest_.find('\n');
  line_ = rest_.substr(0, newline);
  rest_.remove_prefix(newline == rest_.npos ? rest_.size() : newline + 1);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  if (static_cast<int64_t>(line_.size()) > max_line_bytes_) {
    fail_at(file_, number_,
            "expected at most " + std::to_string(max_line_bytes_) + " bytes in a line, found " +
                std::to_string(line_.size()) +
                "; cut the line, drop it with heed data clean, or name the right format");
  }
  return true;
}

}  // namespace heed::data
