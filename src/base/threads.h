#pragma once

#include "base/parallel.h"

namespace heed {

// Starts threads for each call, as many as `threads` with the caller's own; each has one range, of like size.
// The body must not throw.
ParallelFor on_threads(int64_t threads);

// `wanted`, or as many as the machine has cores where that is 0.
int64_t thread_count(int64_t wanted);

}  // namespace heed
