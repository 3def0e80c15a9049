#include "train/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace heed::train {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int64_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::max(0.0, seconds));
  if (whole >= 3600) return fmt::format("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string format_progress(const ProgressPoint& point, int64_t columns) {
  const std::string head = fmt::format("epoch {}/{} ", point.epoch, point.epochs);
  std::string tail = fmt::format(" {}/{}  loss {:.3f}  {:.0f} tok/s", point.batch, point.batches, point.loss,
                                 point.tokens_per_second);
  if (point.seconds_left >= 0.0) tail += "  ETA " + format_duration(point.seconds_left);
  const int64_t room = columns - static_cast<int64_t>(head.size() + tail.size()) - 3;
  if (room < 8) return (head + tail).substr(0, static_cast<size_t>(std::max<int64_t>(0, columns - 1)));
  const int64_t width = std::min<int64_t>(30, room);
  const int64_t full = point.batches > 0 ? width * point.batch / point.batches : 0;
  std::string bar(static_cast<size_t>(width), ' ');
  for (int64_t i = 0; i < full; ++i) bar[i] = '=';
  if (full < width) bar[full] = '>';
  return head + "[" + bar + "]" + tail;
}

ProgressBar::ProgressBar(bool quiet, std::string title)
    : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1), title_(std::move(title)) {}

void ProgressBar::show(const ProgressPoint& point) {
  const double now = now_seconds();
  if (quiet_ || now - last_shown_ < (terminal_ ? 0.2 : 10.0)) return;
  last_shown_ = now;
  const int64_t columns = (terminal_ ? terminal_columns() : 120) - static_cast<int64_t>(title_.size());
  const std::string line = title_ + format_progress(point, std::max<int64_t>(1, columns));
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
    std::fflush(stderr);
    drawn_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

void ProgressBar::say(const std::string& line) {
  if (quiet_) return;
  std::fprintf(stderr, "%s%s%s\n", drawn_ ? "\r\x1b[K" : "", title_.c_str(), line.c_str());
  drawn_ = false;
}

}  // namespace heed::train
