#pragma once

#include <spdlog/spdlog.h>

namespace heed {

// spdlog to standard error, plain one-line pattern, level from HEED_LOG (trace, debug, info, warn, error,
// off; default info). Called once by a `main`; results go to standard output, never through here.
void start_logging();

}  // namespace heed
