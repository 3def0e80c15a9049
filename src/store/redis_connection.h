#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

#include "base/error.h"
#include "store/redis_stream.h"

namespace heed::store {

struct RedisReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyDeleter>;

// A connection to one Redis server, made at the first command and again after it was lost.
class RedisConnection {
 public:
  // `name`: of the server in messages.
  RedisConnection(const RedisStreamAddress& address, std::string name);

  // Sends one command and waits for its answer, `patience` longer than usual where the command itself waits.
  // Throws unavailable where the server is out of reach or not ready, unauthenticated, and unsupported or
  // invalid_argument with its own words for other errors, but for those that begin with `expected_error`:
  // their reply is returned.
  RedisReply command(const std::vector<std::string>& words, std::chrono::milliseconds patience = {},
                     std::string_view expected_error = "");

  bool is_connected() const { return context_ != nullptr; }
  // Counts connections made: when it has grown, the server may have forgotten things.
  int64_t connections() const { return connections_; }

 private:
  void connect();
  RedisReply send(const std::vector<std::string>& words);
  [[noreturn]] void fail(ErrorCode code, const std::string& found, const char* cure) const;

  struct ContextDeleter {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  const RedisStreamAddress address_;
  const std::string name_;
  std::unique_ptr<redisContext, ContextDeleter> context_;
  int64_t connections_ = 0;
};

}  // namespace heed::store
