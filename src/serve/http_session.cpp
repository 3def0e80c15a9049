#include "serve/http_session.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <boost/asio/dispatch.hpp>

#include "serve/error_reply.h"

namespace heed::serve {
namespace {

constexpr size_t kAheadBytes = 64 << 10;  // of later requests, while one is answered

template <class Stream>
constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

constexpr std::chrono::milliseconds kLeaveGrace{100};
constexpr std::chrono::seconds kLinger{2};

auto milliseconds(int64_t count) { return std::chrono::milliseconds(count); }

std::string text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string reply_head(const apps::HttpReply& reply, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + reason_of(reply.status) + "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!reply.content_type.empty()) add("Content-Type", reply.content_type);
  add("Content-Length", std::to_string(reply.body.size()));
  if (!keep_alive) add("Connection", "close");
  for (const auto& [name, value] : reply.headers) add(name, value);
  return head + "\r\n";
}

HttpRequest head_of(const http::request_header<>& header, const std::string& remote) {
  const auto field = [&](auto name) { return text_of(header[name]); };
  std::vector<std::pair<std::string, std::string>> extensions;
  for (const auto& each : header) {
    if (!boost::beast::iequals(each.name_string().substr(0, 2), "X-")) continue;
    std::string name = text_of(each.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    extensions.emplace_back(std::move(name), text_of(each.value()));
  }
  return {.method = text_of(header.method_string()),
          .target = text_of(header.target()),
          .host = field(http::field::host),
          .origin = field(http::field::origin),
          .authorization = field(http::field::authorization),
          .request_id = field("X-Request-Id"),
          .deadline_ms = field("X-Deadline-Ms"),
          .if_none_match = field(http::field::if_none_match),
          .accept_encoding = field(http::field::accept_encoding),
          .remote = remote,
          .body = {},
          .extensions = std::move(extensions)};
}

BrokenRequest explain(const boost::system::error_code& error, const ServerSettings& settings) {
  if (error == http::error::body_limit) {
    return {ErrorCode::too_large, 413,
            "body: expected at most " + std::to_string(settings.max_body_bytes) +
                " bytes, found more; send several requests"};
  }
  if (error == http::error::header_limit) {
    return {ErrorCode::too_large, 431,
            "head of the request: expected at most " + std::to_string(settings.max_header_bytes) +
                " bytes, found more"};
  }
  if (error == http::error::bad_version)
    return {ErrorCode::unsupported, 505, "request: expected HTTP/1.1 or 1.0, found another version"};
  return {ErrorCode::invalid_argument, 400,
          "request: expected HTTP/1.1, found something else: " + error.message()};
}

std::optional<BrokenRequest> find_fault(const http::request_header<>& header) {
  const auto fault = [](const char* message) {
    return BrokenRequest{ErrorCode::invalid_argument, 400, message};
  };
  if (header.count(http::field::host) > 1 || (header.version() == 11 && header.count(http::field::host) == 0))
    return fault("request: expected one Host, found none or several");
  if (const auto encodings = header.count(http::field::transfer_encoding); encodings > 0) {
    if (header.count(http::field::content_length) > 0)
      return fault("request: expected Content-Length or Transfer-Encoding, found both");
    // By another one nothing says where the body ends, and what is in it would pass for the next request.
    if (encodings > 1 || !boost::beast::iequals(header[http::field::transfer_encoding], "chunked"))
      return BrokenRequest{ErrorCode::unsupported, 501,
                           "request: expected Transfer-Encoding chunked, found another"};
  }
  if (header.count(http::field::authorization) > 1)
    return fault("request: expected one Authorization, found several");
  return std::nullopt;
}

template <class Stream>
HttpSession<Stream>::HttpSession(Stream stream, const ServerSettings& settings, HttpHandler& handler,
                                 ConnectionCounts& counts)
    : stream_(std::move(stream)),
      settings_(settings),
      handler_(handler),
      counts_(counts),
      timer_(stream_.get_executor()) {
  boost::system::error_code error;
  const auto endpoint = stream_.lowest_layer().remote_endpoint(error);
  if (!error) remote_ = endpoint.address().to_string();
}

template <class Stream>
HttpSession<Stream>::~HttpSession() {
  set_busy(false);
  --counts_.open;
}

template <class Stream>
void HttpSession<Stream>::set_busy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  counts_.busy += busy ? 1 : -1;
}

template <class Stream>
void HttpSession<Stream>::start() {
  boost::system::error_code error;
  stream_.lowest_layer().set_option(Tcp::no_delay(true), error);
  wait_until(Clock::now() + milliseconds(settings_.header_timeout_ms));
  if constexpr (kIsTls<Stream>) {
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = this->shared_from_this()](boost::system::error_code failed) {
                              if (failed) return self->close();
                              self->next_request();
                            });
  } else {
    next_request();
  }
}

template <class Stream>
void HttpSession<Stream>::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  timer_.cancel();
  boost::system::error_code error;
  stream_.lowest_layer().shutdown(Tcp::socket::shutdown_both, error);
  stream_.lowest_layer().close(error);
  if (pending_) std::exchange(pending_, nullptr)->cancel();
}

template <class Stream>
void HttpSession<Stream>::next_request() {
  set_busy(false);
  if (!keep_alive_) return linger();
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(settings_.max_header_bytes));
  parser_->body_limit(static_cast<uint64_t>(settings_.max_body_bytes));
  parser_->eager(true);
  state_ = State::idle;
  wait_until(Clock::now() + milliseconds(settings_.idle_timeout_ms));
  if (buffer_.size() > 0) take_bytes();
  read();
}

template <class Stream>
void HttpSession<Stream>::read() {
  if (reading_ || input_ended_ || state_ == State::closed) return;
  const bool ahead = state_ == State::answering || state_ == State::writing;
  if (ahead && buffer_.size() >= kAheadBytes) return;
  reading_ = true;
  stream_.async_read_some(asio::buffer(arriving_),
                          [self = this->shared_from_this()](boost::system::error_code error, size_t count) {
                            self->reading_ = false;
                            if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
                              return self->input_ended();
                            if (error) return self->close();
                            if (self->state_ != State::lingering) self->append(count);
                            self->take_bytes();
                            self->read();
                          });
}

template <class Stream>
void HttpSession<Stream>::append(size_t count) {
  const auto space = buffer_.prepare(count);
  std::memcpy(space.data(), arriving_.data(), count);
  buffer_.commit(count);
}

// A client that has said its last may have left, or wait for the reply still; only one that left is told by
// nothing more, so what it asked for is given up where it has not begun a moment later.
template <class Stream>
void HttpSession<Stream>::input_ended() {
  input_ended_ = true;
  keep_alive_ = false;
  switch (state_) {
    case State::answering:
      return wait_until(std::min(limit_, Clock::now() + kLeaveGrace));
    case State::writing:
      return;
    case State::head:
    case State::body:
      return refuse({ErrorCode::invalid_argument, 400, "request: expected all of it, found its end missing"});
    default:
      return close();
  }
}

// Closes after a reply that ends the connection: what the client still sends is read and thrown away for a
// moment, for else the system would take the reply back with a reset.
template <class Stream>
void HttpSession<Stream>::linger() {
  if (input_ended_) return close();
  state_ = State::lingering;
  boost::system::error_code error;
  stream_.lowest_layer().shutdown(Tcp::socket::shutdown_send, error);
  wait_until(Clock::now() + kLinger);
  buffer_.clear();
  read();
}

template <class Stream>
void HttpSession<Stream>::take_bytes() {
  while (buffer_.size() > 0 && (state_ == State::idle || state_ == State::head || state_ == State::body)) {
    if (state_ == State::idle) {
      state_ = State::head;
      wait_until(Clock::now() + milliseconds(settings_.header_timeout_ms));
    }
    boost::system::error_code error;
    const size_t taken = parser_->put(buffer_.data(), error);
    buffer_.consume(taken);
    if (error && error != http::error::need_more) return refuse(explain(error, settings_));
    if (state_ == State::head && parser_->is_header_done() && !take_head()) return;
    if (parser_->is_done()) return dispatch();
    // The parser counts heads and bodies, but not what stands around chunks.
    if (state_ == State::body && buffer_.size() > static_cast<size_t>(settings_.max_header_bytes))
      return refuse(explain(http::error::header_limit, settings_));
    if (error == http::error::need_more || taken == 0) return;
  }
}

template <class Stream>
bool HttpSession<Stream>::take_head() {
  const auto& header = parser_->get().base();
  if (const auto fault = find_fault(header)) return refuse(*fault), false;
  state_ = State::body;
  wait_until(Clock::now() + milliseconds(settings_.body_timeout_ms));
  keep_alive_ = parser_->get().keep_alive();
  if (parser_->is_done()) return true;
  if (auto reply = handler_.refuse(head_of(header, remote_))) {
    answer(std::move(*reply), false);  // the rest of the body is not read, so nothing behind it can be found
    return false;
  }
  if (boost::beast::iequals(header[http::field::expect], "100-continue")) {
    static const std::string kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kGoOn),
                      [self = this->shared_from_this()](boost::system::error_code error, size_t) {
                        if (error) self->close();
                      });
  }
  return true;
}

template <class Stream>
void HttpSession<Stream>::dispatch() {
  state_ = State::answering;
  set_busy(true);
  HttpRequest request = head_of(parser_->get().base(), remote_);
  request.body = std::move(parser_->get().body());
  limit_ = Clock::time_point::max();
  const uint64_t number = ++request_;
  // The reply holds no connection: one whose client has left ends at once, not with the work it asked for.
  auto respond = [session = this->weak_from_this(), executor = stream_.get_executor(),
                  number](apps::HttpReply reply) {
    asio::dispatch(executor, [session, number, reply = std::move(reply)]() mutable {
      const auto self = session.lock();
      if (self && self->request_ == number && self->state_ == State::answering)
        self->answer(std::move(reply), self->keep_alive_);
    });
  };
  auto pending = handler_.handle(std::move(request), std::move(respond));
  if (request_ != number || state_ != State::answering) return;
  wait_until(pending->deadline());
  pending_ = std::move(pending);
}

template <class Stream>
void HttpSession<Stream>::answer(apps::HttpReply reply, bool keep_alive) {
  state_ = State::writing;
  keep_alive_ = keep_alive && reply.status != 503;
  pending_ = nullptr;
  head_ = reply_head(reply, keep_alive_);
  body_ = std::move(reply.body);
  if (parser_ && parser_->get().method() == http::verb::head) body_.clear();
  wait_until(Clock::now() + milliseconds(settings_.write_timeout_ms));
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(head_), asio::buffer(body_)};
  asio::async_write(stream_, parts,
                    [self = this->shared_from_this()](boost::system::error_code error, size_t) {
                      if (error) return self->close();
                      self->next_request();
                    });
}

template <class Stream>
void HttpSession<Stream>::refuse(const BrokenRequest& fault) {
  answer(handler_.refuse_broken(fault.code, fault.status, fault.message), false);
}

template <class Stream>
void HttpSession<Stream>::wait_until(Clock::time_point limit) {
  limit_ = limit;
  if (limit_ < armed_) arm();
}

// The timer stays as it is where a limit is put off, and looks again when it fires: most limits never come.
template <class Stream>
void HttpSession<Stream>::arm() {
  armed_ = limit_;
  timer_.expires_at(armed_);
  timer_.async_wait([self = this->shared_from_this()](boost::system::error_code error) {
    if (error || self->state_ == State::closed) return;
    self->armed_ = Clock::time_point::max();
    if (Clock::now() >= self->limit_)
      self->time_is_up();
    else if (self->limit_ != Clock::time_point::max())
      self->arm();
  });
}

template <class Stream>
void HttpSession<Stream>::time_is_up() {
  switch (state_) {
    case State::answering:
      if (!pending_) return;
      if (Clock::now() < pending_->deadline()) {
        pending_->cancel();
        return wait_until(pending_->deadline());
      }
      return std::exchange(pending_, nullptr)->expire();
    case State::head:
    case State::body:
      return refuse(
          {ErrorCode::deadline_exceeded, 408, "request: expected all of it in time, found a slow client"});
    default:
      return close();
  }
}

template class HttpSession<Tcp::socket>;
template class HttpSession<TlsStream>;

}  // namespace heed::serve
