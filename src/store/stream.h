#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace heed::store {

struct Message {
  std::string id{};       // the same whenever this message is handed out again; "": it never is
  std::string body{};     // a line of JSON, or anything: from outside
  std::string problem{};  // not empty: what is wrong with the message itself ("longer than …"); body is cut
  int64_t deliveries = 1;  // how often it has been handed out, where the stream knows
};

// Messages from outside, each at least once: one that was handed out and not acknowledged comes again after a
// crash. Used by one thread at a time.
class Stream {
 public:
  virtual ~Stream() = default;

  // For logs and effect keys, without passwords: "redis://host:6379/events?group=heed".
  virtual const std::string& name() const = 0;

  // At most `max` messages that have arrived; waits for the first as long as `timeout`. Throws unavailable
  // where the source is out of reach (asking again connects again), io.
  virtual std::vector<Message> read(size_t max, std::chrono::milliseconds timeout) = 0;

  // These messages are done with and need not come again.
  virtual void acknowledge(std::span<const Message> messages) = 0;

  // True when no message can come any more.
  virtual bool ended() const { return false; }
};

struct StreamLimits {
  size_t max_message_bytes = size_t{1} << 20;
};

// "-": standard input. "file:PATH[?position=FILE]": a file that grows (followed_file.h).
// "redis://…", "redis+unix://…": Redis Streams (redis_stream.h). Throws invalid_argument on another address.
std::unique_ptr<Stream> open_stream(const std::string& url, const StreamLimits& limits = {});

}  // namespace heed::store
