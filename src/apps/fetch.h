#pragma once

#include "apps/route.h"

namespace heed::apps {

// Addresses asked by commands: the program lends its client, as a server lends Services::get().
using Fetch = HttpReply (*)(const HttpGet& request);
// Before commands run.
void lend_fetch(Fetch fetch);
// The body of an address that answers 200. A redirect is not followed. Throws unavailable: the address,
// expected, found (where it has gone, that it takes too long or is too large), or that this program asks
// none.
std::string fetch(const HttpGet& request);

}  // namespace heed::apps
