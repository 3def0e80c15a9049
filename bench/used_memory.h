#pragma once

#include <cstdint>
#include <functional>

namespace heed::bench {

// Bytes that one call takes beside what was there before.
struct UsedMemory {
  int64_t heap = 0;   // the most that was allocated and not yet freed at one time, by anything in the process
  int64_t stack = 0;  // how deep the thread that made the call wrote into its stack, its own start included

  double megabytes() const { return static_cast<double>(heap + stack) * 1e-6; }
};

// Calls `work` on a thread of its own, which finds no buffers that earlier calls kept for their thread. Every
// malloc of the program is counted: linking this file puts counting ones before those of glibc.
UsedMemory memory_of(const std::function<void()>& work);

}  // namespace heed::bench
