#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "store/stream.h"

namespace heed::store {

// A consumer of a consumer group of a Redis stream (Redis 6.2 or newer).
struct RedisStreamAddress {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string socket{};  // a Unix socket in place of host and port
  std::string user{}, password{};
  std::string stream{};
  std::string group = "heed";
  std::string consumer{};  // of its own for each process; "": host name and process id
  // Messages that a consumer holds this long without acknowledging are taken from it: it is taken for dead.
  std::chrono::milliseconds reclaim_after{60'000};
};

// "redis://[[USER]:PASSWORD@]HOST[:PORT]/STREAM[?group=…&consumer=…&reclaim_ms=…]", or
// "redis+unix:///PATH/OF/SOCKET?stream=STREAM[&…]". Throws invalid_argument.
RedisStreamAddress parse_redis_url(const std::string& url);

// XREADGROUP and XACK, the group made where it is missing (from the stream's first entry); what a dead
// consumer holds is taken over by XAUTOCLAIM. The body is the entry's field "event", or its only field.
// Connects at the first use; throws unavailable where it cannot, and connects again at the next.
std::unique_ptr<Stream> open_redis_stream(const RedisStreamAddress& address, const StreamLimits& limits = {});

}  // namespace heed::store
