#include "store/line_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "store/line_buffer.h"

namespace heed::store {
namespace {

class LineStream : public Stream {
 public:
  LineStream(int descriptor, std::string name, const StreamLimits& limits)
      : descriptor_(descriptor), name_(std::move(name)), lines_(limits.max_message_bytes) {}

  const std::string& name() const override { return name_; }
  bool ended() const override { return at_end_ && lines_.held() == 0; }
  void acknowledge(std::span<const Message>) override {}

  std::vector<Message> read(size_t max, std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::vector<Message> messages;
    for (bool is_late = false;;) {
      while (messages.size() < max) {
        auto line = lines_.next(at_end_);
        if (!line) break;
        messages.push_back(std::move(line->message));
      }
      if (!messages.empty() || at_end_ || is_late) return messages;
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      is_late = left.count() <= 0;
      if (!wait(std::max(left, std::chrono::milliseconds(0)))) return messages;
      fill();
    }
  }

 private:
  bool wait(std::chrono::milliseconds time) const {
    pollfd wanted{descriptor_, POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(time.count())) > 0;
  }

  void fill() {
    char bytes[65536];
    const ssize_t count = ::read(descriptor_, bytes, sizeof bytes);
    if (count > 0) {
      lines_.add({bytes, static_cast<size_t>(count)});
    } else if (count == 0) {
      at_end_ = true;
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Error(ErrorCode::io, name_ + ": expected to read, found: " + std::strerror(errno));
    }
  }

  int descriptor_;
  std::string name_;
  LineBuffer lines_;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Stream> stream_lines(int descriptor, const std::string& name, const StreamLimits& limits) {
  return std::make_unique<LineStream>(descriptor, name, limits);
}

}  // namespace heed::store
