#include "serve/access_log.h"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace heed::serve {
namespace {

constexpr size_t kMaxBytes = 16 << 20;
constexpr std::chrono::milliseconds kPause{200};

void write_all(const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (count <= 0) return;  // nowhere to write: a server goes on without its log
    done += static_cast<size_t>(count);
  }
}

}  // namespace

AccessLog::AccessLog(bool enabled) : enabled_(enabled) {
  if (enabled_) thread_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  if (!enabled_) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void AccessLog::write(const std::string& line) {
  if (!enabled_) return;
  const std::lock_guard lock(mutex_);
  if (lines_.size() + line.size() > kMaxBytes) {
    ++dropped_;
    return;
  }
  lines_ += line;
  lines_ += '\n';
}

void AccessLog::run() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    wake_.wait_for(lock, kPause, [&] { return stopping_; });
    last = stopping_;
    std::string lines = std::exchange(lines_, {});
    if (const int64_t dropped = std::exchange(dropped_, 0); dropped > 0)
      lines += "{\"dropped_log_lines\":" + std::to_string(dropped) + "}\n";
    lock.unlock();
    write_all(lines);
    lock.lock();
  }
}

}  // namespace heed::serve
