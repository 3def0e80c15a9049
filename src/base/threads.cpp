#include "base/threads.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace heed {

ParallelFor on_threads(int64_t threads) {
  return [threads](int64_t count, const RangeBody& body) {
    const int64_t ranges = std::min(threads, count);
    std::vector<std::thread> helpers;
    for (int64_t i = 1; i < ranges; ++i) {
      helpers.emplace_back(body, count * i / ranges, count * (i + 1) / ranges);
    }
    if (ranges > 0) body(0, count / ranges);
    for (std::thread& helper : helpers) helper.join();
  };
}

int64_t thread_count(int64_t wanted) {
  return wanted > 0 ? wanted : std::max<int64_t>(1, std::thread::hardware_concurrency());
}

}  // namespace heed
