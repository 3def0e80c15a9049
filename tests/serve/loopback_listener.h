#pragma once

#include <cstdint>

namespace heed::test {

// A socket that listens on a free port of loopback, which it tells. Throws where it cannot.
int listen_on_loopback(uint16_t& port);

}  // namespace heed::test
