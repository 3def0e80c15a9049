#include "keep_alive.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace heed::bench {
namespace {

int connect_to(uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor < 0 ||
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw Error(ErrorCode::io,
                fmt::format("127.0.0.1:{}: expected a server, found: {}", port, std::strerror(errno)));
  }
  const int at_once = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  return descriptor;
}

}  // namespace

std::string request_bytes(std::string_view method, std::string_view path, std::string_view body,
                          std::string_view extra) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}", method, path,
                     body.size(), extra, body);
}

KeepAlive::KeepAlive(uint16_t port) : socket_(connect_to(port)) {}

KeepAlive::~KeepAlive() { ::close(socket_); }

void KeepAlive::send(std::string request) {
  unsent_ = std::move(request);
  write();
}

void KeepAlive::write() {
  while (!unsent_.empty()) {
    const ssize_t count = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) {
      open_ = false;
      return;
    }
    unsent_.erase(0, static_cast<size_t>(count));
  }
}

std::optional<LoadReply> KeepAlive::read() {
  std::array<char, 32 << 10> bytes;
  for (;;) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      received_.append(bytes.data(), static_cast<size_t>(count));
      if (auto reply = take_reply()) return reply;
      continue;
    }
    if (count == 0 || errno != EAGAIN) open_ = false;
    return std::nullopt;
  }
}

std::optional<LoadReply> KeepAlive::take_reply() {
  if (body_at_ == 0) {
    const size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const size_t length = received_.find(kLength);
    if (length > end || received_.size() < 12)
      throw Error(ErrorCode::io, "reply: expected HTTP/1.1 with Content-Length, found another head");
    const char* const all = received_.data();
    std::from_chars(all + 9, all + 12, status_);
    std::from_chars(all + length + kLength.size(), all + end, length_);
    body_at_ = end + 4;
  }
  if (received_.size() < body_at_ + length_) return std::nullopt;
  LoadReply reply = {status_, received_.substr(body_at_, length_)};
  received_.clear();
  body_at_ = 0;
  return reply;
}

}  // namespace heed::bench
