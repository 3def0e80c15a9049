#pragma once

#include "apps/route.h"

namespace heed::serve {

// Sends a request to another server and waits for its reply; https:// checks the certificate against the
// system's. Throws invalid_argument on an address that is none, unavailable where there is no answer in time.
apps::HttpReply post(const apps::HttpPost& request);
apps::HttpReply get(const apps::HttpGet& request);

}  // namespace heed::serve
