#include "apps/line_reader.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "text/normalise.h"

namespace heed::apps {
namespace {

constexpr size_t kBlock = 1 << 16;

int open_input(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  const int reason = errno;
  const std::string message = path + ": cannot open: " + std::strerror(reason);
  if (reason != ENOENT) throw Error(ErrorCode::io, message);
  throw Error(ErrorCode::not_found, message + "; check the name and the folder");
}

}  // namespace

LineReader::LineReader(const std::string& path, int64_t max_line_bytes)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(open_input(path)),
      max_line_bytes_(max_line_bytes) {
  struct stat info {};
  if (path != "-" && ::fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == 0) {
    ::close(descriptor_);
    throw Error(
        ErrorCode::corrupt_data,
        name_ + ":1: expected at least one line, found an empty file; check that this is the right one");
  }
}

LineReader::~LineReader() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

std::vector<std::string> LineReader::next(size_t most) {
  std::vector<std::string> lines;
  std::string line;
  while (lines.size() < most && take_line(line)) {
    lines.push_back(std::move(line));
    line.clear();
    const bool more_buffered = buffer_.find('\n', begin_) != std::string::npos;
    if (!more_buffered && !ended_ && !ready()) break;
  }
  return lines;
}

bool LineReader::take_line(std::string& line) {
  size_t end;
  while ((end = buffer_.find('\n', searched_)) == std::string::npos) {
    searched_ = buffer_.size();
    if (static_cast<int64_t>(searched_ - begin_) > max_line_bytes_ || !fill()) {
      end = buffer_.size();
      break;
    }
  }
  if (end == buffer_.size() && begin_ == end) return false;
  line = buffer_.substr(begin_, end - begin_);
  begin_ = searched_ = std::min(end + 1, buffer_.size());
  ++line_;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  check(line);
  return true;
}

bool LineReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + kBlock);
  ssize_t count;
  do {
    count = ::read(descriptor_, buffer_.data() + size, kBlock);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw Error(ErrorCode::io, name_ + ": cannot read: " + std::strerror(errno));
  buffer_.resize(size + static_cast<size_t>(count));
  ended_ = count == 0;
  return !ended_;
}

bool LineReader::ready() const {
  pollfd input{descriptor_, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

void LineReader::check(const std::string& line) const {
  const std::string where = name_ + ":" + std::to_string(line_) + ": ";
  if (static_cast<int64_t>(line.size()) > max_line_bytes_) {
    throw Error(ErrorCode::too_large, where + "expected a line of at most " +
                                          std::to_string(max_line_bytes_) +
                                          " bytes, found a longer one; split it");
  }
  if (const size_t nul = line.find('\0'); nul != std::string::npos) {
    throw Error(ErrorCode::corrupt_data, where + "expected text, found a NUL byte at offset " +
                                             std::to_string(nul) + "; is this a binary file?");
  }
  if (const size_t broken = find_invalid_utf8(line); broken != std::string::npos) {
    throw Error(ErrorCode::corrupt_data, where + "expected UTF-8, found a broken sequence at byte " +
                                             std::to_string(broken) +
                                             "; convert the file, for example with iconv");
  }
}

}  // namespace heed::apps
