#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace heed::apps::recommend {

// Threads that rank, so that connections do not wait for them.
class WorkerPool {
 public:
  WorkerPool(int64_t threads, int64_t most_waiting);
  // Does what waits, then ends.
  ~WorkerPool();

  // `work` must not throw. Throws overloaded where as many wait as may.
  void submit(std::function<void()> work);

 private:
  void run();

  const size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace heed::apps::recommend
