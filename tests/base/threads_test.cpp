#include "base/threads.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(OnThreads, covers_every_number_once_with_any_number_of_threads) {
  for (const int64_t threads : {1, 2, 3, 8}) {
    for (const int64_t count : {0, 1, 2, 7, 100}) {
      std::vector<int> seen(static_cast<size_t>(count));
      std::atomic<int64_t> ranges = 0;
      on_threads(threads)(count, [&](int64_t begin, int64_t end) {
        ++ranges;
        for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
      });
      EXPECT_EQ(seen, std::vector<int>(static_cast<size_t>(count), 1)) << threads << " " << count;
      EXPECT_EQ(ranges, std::min(threads, count));
    }
  }
}

TEST(OnThreads, the_first_range_is_the_callers) {
  std::thread::id first;
  on_threads(2)(2, [&](int64_t begin, int64_t /*end*/) {
    if (begin == 0) first = std::this_thread::get_id();
  });
  EXPECT_EQ(first, std::this_thread::get_id());
}

}  // namespace
}  // namespace heed
