#include "apps/recommend/worker_pool.h"

#include "base/error.h"
#include "base/threads.h"

namespace heed::apps::recommend {

WorkerPool::WorkerPool(int64_t threads, int64_t most_waiting) : most_(static_cast<size_t>(most_waiting)) {
  const int64_t count = thread_count(threads);
  for (int64_t i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= most_)
      throw Error(ErrorCode::overloaded, "recommend: expected fewer requests at once, found " +
                                             std::to_string(most_) + " waiting; ask again in a moment");
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void WorkerPool::run() {
  for (std::unique_lock lock(mutex_);;) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace heed::apps::recommend
