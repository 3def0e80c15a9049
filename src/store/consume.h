#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "store/event_log.h"
#include "store/stream.h"

namespace heed::store {

// What a message means: the events that it adds to the log. Throws Error where it cannot be understood.
using MessageMeaning = std::function<std::vector<Event>(const Message& message)>;

// The meaning of a message that is itself events: event_json.h's body.
std::vector<Event> events_of_message(const Message& message);

struct ConsumeOptions {
  size_t batch = 100;  // messages a transaction
  std::chrono::milliseconds timeout{1000};
  int64_t max_deliveries = 16;  // a message handed out more often, because its readers died, is put aside
  std::chrono::milliseconds max_pause{5000};  // between attempts while stream or database are out of reach
};

struct ConsumeCounts {
  int64_t messages = 0;   // acknowledged
  int64_t repeated = 0;   // of those: already recorded before
  int64_t put_aside = 0;  // of those: not understood
};

// Reads `stream` into `log` until it ends or `stop` is asked for: each message's effect and its key in one
// transaction, then the acknowledgement; so an effect is recorded exactly once, however often its message
// comes. One that is not understood is logged, counted and becomes a dead letter. While stream or database
// are unavailable it tries again; other errors are thrown, with nothing lost.
ConsumeCounts consume(Stream& stream, EventLog& log, const MessageMeaning& meaning, std::stop_token stop,
                      const ConsumeOptions& options = {});

}  // namespace heed::store
