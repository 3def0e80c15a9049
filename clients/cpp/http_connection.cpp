#include "http_connection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heed::client {
namespace {

constexpr size_t kMaxHeadBytes = 64 << 10;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::string reason() { return std::strerror(errno); }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && read.ptr == text.data() + text.size() && read.ec == std::errc();
}

// "HTTP/1.1 200 OK\r\nName: value\r\n…", without the blank line.
HttpReply parse_head(std::string_view head) {
  HttpReply reply;
  const size_t line_end = std::min(head.find("\r\n"), head.size());
  const std::string_view status = head.substr(0, line_end);
  if (!status.starts_with("HTTP/1.") || status.size() < 12 || !read_number(status.substr(9, 3), reply.status))
    fail("expected HTTP/1.1, found another protocol");
  for (size_t begin = line_end; begin < head.size();) {
    begin += 2;
    const size_t end = std::min(head.find("\r\n", begin), head.size());
    const std::string_view line = head.substr(begin, end - begin);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      reply.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
    begin = end;
  }
  return reply;
}

}  // namespace

void HttpConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  received_.clear();
}

// Until the socket can be read or written.
void HttpConnection::wait(short events, Clock::time_point deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) throw TimedOut("no answer in time");
    pollfd poll{socket_, events, 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) fail(reason());
  }
}

bool HttpConnection::connect_to(const addrinfo& address, Clock::time_point deadline) {
  socket_ =
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
  if (socket_ < 0) return false;
  const int at_once = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (::connect(socket_, address.ai_addr, address.ai_addrlen) == 0) return true;
  if (errno == EINPROGRESS) {
    wait(POLLOUT, deadline);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return true;
    errno = error;
  }
  const int error = errno;
  close();
  errno = error;
  return false;
}

void HttpConnection::connect(Clock::time_point deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found); failed != 0)
    fail(::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    if (connect_to(*address, deadline)) return;
  }
  fail(reason());
}

void HttpConnection::send_all(const std::string& bytes, Clock::time_point deadline) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      wait(POLLOUT, deadline);
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return;  // a reply may have come before the end: a refusal
    } else if (errno != EINTR) {
      fail(reason());
    }
  }
}

bool HttpConnection::receive(Clock::time_point deadline) {
  std::array<char, 16 << 10> bytes;
  for (;;) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      received_.append(bytes.data(), static_cast<size_t>(count));
      return true;
    }
    if (count == 0) return false;
    if (errno == EAGAIN)
      wait(POLLIN, deadline);
    else if (errno == ECONNRESET && received_.empty())
      return false;
    else if (errno != EINTR)
      fail(reason());
  }
}

HttpReply HttpConnection::read_reply(Clock::time_point deadline) {
  size_t head_end = std::string::npos;
  for (; (head_end = received_.find("\r\n\r\n")) == std::string::npos;) {
    if (received_.size() > kMaxHeadBytes) fail("expected the head of a reply, found no end of it");
    if (receive(deadline)) continue;
    if (received_.empty()) throw Closed("the connection was closed");
    fail("the connection was closed within a reply");
  }
  HttpReply reply = parse_head(std::string_view(received_).substr(0, head_end));
  size_t length = 0;
  if (!read_number(std::string_view(reply.headers["content-length"]), length))
    fail("expected a reply with Content-Length, found one without");
  received_.erase(0, head_end + 4);
  while (received_.size() < length) {
    if (!receive(deadline)) fail("the connection was closed within a reply");
  }
  reply.body = received_.substr(0, length);
  received_.erase(0, length);
  return reply;
}

HttpReply HttpConnection::exchange(const std::string& request, Clock::time_point deadline) {
  try {
    if (!is_open()) connect(deadline);
    send_all(request, deadline);
    HttpReply reply = read_reply(deadline);
    if (lower(reply.headers["connection"]) == "close" || !received_.empty()) close();
    return reply;
  } catch (...) {
    close();
    throw;
  }
}

}  // namespace heed::client
