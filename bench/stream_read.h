#pragma once

#include <cstdint>

namespace heed::bench {

// The sum of `count` floats in whole vectors of the best instruction set and no order: a read of all of them
// as fast as a core's loads go.
float stream_read(const float* values, int64_t count);

}  // namespace heed::bench
