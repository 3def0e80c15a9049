#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "base/json.h"

namespace heed::serve {

// One JSON object a line on standard error, written by a thread of its own a few times a second, so that no
// request waits for a terminal or a disk. What is logged before the destructor is written. Where writing
// cannot keep up, lines are dropped and counted.
class AccessLog {
 public:
  explicit AccessLog(bool enabled);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  bool enabled() const { return enabled_; }
  void write(const std::string& line);  // without its end

 private:
  void run();

  const bool enabled_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string lines_;
  int64_t dropped_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace heed::serve
