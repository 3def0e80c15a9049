#pragma once

#include <cstdint>
#include <functional>

namespace heed {

// Calls body(begin, end) on disjoint ranges that cover [0, count), possibly at the same time, and returns
// when all are done. The caller chooses who runs them: a thread pool, LibTorch's threads, or itself.
using RangeBody = std::function<void(int64_t begin, int64_t end)>;
using ParallelFor = std::function<void(int64_t count, const RangeBody& body)>;

// The calling thread does it all.
inline void run_serially(int64_t count, const RangeBody& body) {
  if (count > 0) body(0, count);
}

}  // namespace heed
