#pragma once

#include <memory>
#include <string>

#include "store/stream.h"

namespace heed::store {

// The lines of a descriptor that is read once (standard input, a pipe); it stays the caller's. The last line
// needs no newline. Messages have no id: what was read and not recorded is lost with the process.
std::unique_ptr<Stream> stream_lines(int descriptor, const std::string& name,
                                     const StreamLimits& limits = {});

}  // namespace heed::store
