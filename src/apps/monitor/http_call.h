#pragma once

#include "apps/background.h"
#include "apps/monitor/service.h"
#include "base/error.h"

namespace heed::apps::monitor {

// Answers a call in the background, for the store's disk is waited for. Fails it where this server does not
// watch.
template <class Answer>
auto in_background(const ServicePointer& service, Answer answer) {
  return [service, answer](const CallPointer& call, Services& services) {
    if (!*service)
      throw Error(ErrorCode::unavailable,
                  "monitor: expected a server that watches, found one that does not; set "
                  "apps.monitor.enabled = true");
    answer_in_background(call, services,
                         [service, answer, call] { return json_reply(answer(*call, **service)); });
  };
}

// A query's whole number, or what it is without.
int64_t number_of(const Call& call, const char* name, int64_t fallback);
// A query's time; throws FieldError.
int64_t time_of(const Call& call, const char* name, int64_t fallback);

}  // namespace heed::apps::monitor
