#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "serve/http_request.h"
#include "serve/settings.h"

namespace heed::serve {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<Tcp::socket>;

// The bytes of a reply's head, blank line included. `keep_alive`: the connection stays open behind it.
std::string reply_head(const apps::HttpReply& reply, bool keep_alive);

// The head of a parsed request, its body left out.
HttpRequest head_of(const http::request_header<>& header, const std::string& remote);

// What a session does about bytes that are not a request.
struct BrokenRequest {
  ErrorCode code;
  int status;
  std::string message;
};
BrokenRequest explain(const boost::system::error_code& error, const ServerSettings& settings);
// Faults of a head that the parser lets through: no Host, a body whose length is said twice.
std::optional<BrokenRequest> find_fault(const http::request_header<>& header);

struct ConnectionCounts {
  std::atomic<int64_t> open{0};
  std::atomic<int64_t> busy{0};  // with a request that is not fully replied to
};

// One connection, Stream being a socket or TLS over one. All its functions run on its thread; replies may
// come from others. It reads all the time, so that it sees a client leave, but no further than one request
// ahead.
template <class Stream>
class HttpSession : public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(Stream stream, const ServerSettings& settings, HttpHandler& handler, ConnectionCounts& counts);
  ~HttpSession();
  void start();
  void close();
  auto executor() { return stream_.get_executor(); }

 private:
  enum class State { handshake, idle, head, body, answering, writing, lingering, closed };
  using Clock = std::chrono::steady_clock;

  void read();
  void append(size_t count);  // of arriving_ to buffer_
  void take_bytes();          // gives the parser what has come
  bool take_head();           // false: no request goes on from here
  void dispatch();
  void answer(apps::HttpReply reply, bool keep_alive);
  void next_request();
  void set_busy(bool busy);
  void input_ended();
  void linger();
  void refuse(const BrokenRequest& fault);
  void wait_until(Clock::time_point limit);
  void arm();
  void time_is_up();

  Stream stream_;
  const ServerSettings& settings_;
  HttpHandler& handler_;
  ConnectionCounts& counts_;
  bool busy_ = false;
  asio::steady_timer timer_;
  Clock::time_point limit_ = Clock::time_point::max();
  Clock::time_point armed_ = Clock::time_point::max();
  std::array<char, 16 << 10> arriving_;  // a read that goes on writes here: buffer_ moves when it is consumed
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<PendingReply> pending_;
  std::string remote_, head_, body_;
  State state_ = State::handshake;
  bool reading_ = false;
  bool keep_alive_ = true;
  bool input_ended_ = false;
  uint64_t request_ = 0;  // counts, so that a reply finds its request
};

extern template class HttpSession<Tcp::socket>;
extern template class HttpSession<TlsStream>;

}  // namespace heed::serve
