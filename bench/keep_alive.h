#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heed::bench {

struct LoadReply {
  int status = 0;
  std::string body;
};

// One HTTP/1.1 connection to a port of this machine that never blocks, for a generator of load: one request
// at a time. What ends it unasked is told by is_open().
class KeepAlive {
 public:
  explicit KeepAlive(uint16_t port);  // connects; throws Error{io}
  ~KeepAlive();
  KeepAlive(const KeepAlive&) = delete;
  KeepAlive& operator=(const KeepAlive&) = delete;

  int descriptor() const { return socket_; }
  bool is_open() const { return open_; }
  bool wants_to_write() const { return !unsent_.empty(); }

  void send(std::string request);
  void write();  // what is left of the request
  // Reads what there is; the reply where it is whole.
  std::optional<LoadReply> read();

 private:
  std::optional<LoadReply> take_reply();

  int socket_ = -1;
  bool open_ = true;
  std::string unsent_, received_;
  size_t body_at_ = 0;  // in received_; 0: its head is not whole yet
  size_t length_ = 0;   // of the body
  int status_ = 0;
};

// The bytes of a request; `extra` are whole header lines.
std::string request_bytes(std::string_view method, std::string_view path, std::string_view body,
                          std::string_view extra = "");

}  // namespace heed::bench
