#pragma once

#include <functional>

#include "apps/route.h"

namespace heed::apps {

// Runs `work`, which waits for a disk or computes for long, away from connections, and fails the call with
// what it throws. `work` replies itself, or returns the reply.
void run_in_background(const CallPointer& call, Services& services, std::function<void()> work);
void answer_in_background(const CallPointer& call, Services& services, std::function<HttpReply()> work);

}  // namespace heed::apps
