#include "serve/chatwoot_stand_in.h"

#include <sys/socket.h>
#include <unistd.h>

#include "serve/loopback_listener.h"

namespace heed::test {
namespace {

// What stands behind "Name: " in a request's head.
std::string header(const std::string& head, const std::string& name) {
  const size_t at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return "";
  const size_t begin = at + 4 + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

ChatwootStandIn::ChatwootStandIn() : listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { run(); });
}

ChatwootStandIn::~ChatwootStandIn() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<ChatwootStandIn::Request> ChatwootStandIn::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ChatwootStandIn::run() {
  while (!stopping_) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    take(connection);
    ::close(connection);
  }
}

void ChatwootStandIn::take(int connection) {
  std::string bytes;
  size_t wanted = std::string::npos, head_end = std::string::npos;
  char buffer[4096];
  while (bytes.size() < wanted) {
    const ssize_t count = ::recv(connection, buffer, sizeof(buffer), 0);
    if (count <= 0) return;
    bytes.append(buffer, static_cast<size_t>(count));
    head_end = bytes.find("\r\n\r\n");
    if (head_end == bytes.npos) continue;
    const std::string length = header(bytes.substr(0, head_end + 2), "Content-Length");
    wanted = head_end + 4 + (length.empty() ? 0 : std::stoul(length));
  }
  const std::string head = bytes.substr(0, head_end + 2);
  const size_t target = head.find(' ') + 1;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({.target = head.substr(target, head.find(' ', target) - target),
                         .token = header(head, "api_access_token"),
                         .body = bytes.substr(head_end + 4)});
  }
  const bool fails = failures_ > 0 && failures_-- > 0;
  const std::string reply =
      fails ? "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
}

}  // namespace heed::test
