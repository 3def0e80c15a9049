#pragma once

#include "base/parallel.h"

namespace heed {

// Starts threads for each call, as many as `threads` with the caller's own; each has one range, of like size.
// The body must not throw.
ParallelFor on_threads(int64_t threads);

}  // namespace heed
