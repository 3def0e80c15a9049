#include "serve/test_client.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace heed::test {
namespace {

constexpr time_t kPatienceSeconds = 60;

Reply parse_head(std::string_view head) {
  Reply reply;
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no HTTP: " + std::string(head));
  reply.status = std::stoi(std::string(head.substr(9, 3)));
  for (size_t begin = head.find("\r\n"); begin != std::string_view::npos;) {
    begin += 2;
    const size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) throw std::runtime_error("no header: " + std::string(line));
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (!reply.headers.emplace(name, line.substr(colon + 2)).second)
      throw std::runtime_error("header twice: " + name);
    begin = end;
  }
  return reply;
}

}  // namespace

std::string Reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string request(std::string_view method, std::string_view target, std::string_view body,
                    const std::vector<std::string>& headers) {
  std::string bytes =
      std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const std::string& line : headers) bytes += line + "\r\n";
  return (bytes + "\r\n").append(body);
}

TestClient::TestClient(uint16_t port, int receive_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  const timeval patience = {.tv_sec = kPatienceSeconds, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
}

TestClient::~TestClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void TestClient::end() { ::shutdown(socket_, SHUT_WR); }

void TestClient::reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

bool TestClient::receive() {
  char bytes[16384];
  const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no reply came");
  if (count > 0) received_.append(bytes, static_cast<size_t>(count));
  return count > 0;
}

std::optional<Reply> TestClient::read(bool body) {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) return std::nullopt;
  }
  Reply reply = parse_head(std::string_view(received_).substr(0, end));
  received_.erase(0, end + 4);
  const size_t size = body && reply.status != 100 ? std::stoul(reply.header("content-length")) : 0;
  while (received_.size() < size) {
    if (!receive()) return std::nullopt;
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

bool TestClient::is_closed() { return received_.empty() && !receive(); }

Reply TestClient::ask(std::string_view method, std::string_view target, std::string_view body,
                      const std::vector<std::string>& headers) {
  send(request(method, target, body, headers));
  auto reply = read(method != "HEAD");
  if (!reply) throw std::runtime_error("the connection ended without a reply");
  return *std::move(reply);
}

Reply ask_once(uint16_t port, std::string_view method, std::string_view target, std::string_view body,
               const std::vector<std::string>& headers) {
  return TestClient(port).ask(method, target, body, headers);
}

void expect_refused(const Reply& reply, int status, const std::string& code,
                    const std::vector<std::string>& parts) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.header("content-type"), "application/json");
  EXPECT_NE(reply.header("x-request-id"), "");
  EXPECT_EQ(reply.header("retry-after") != "", status == 429 || status == 503) << reply.body;
  const Json body = Json::parse(reply.body, nullptr, false);
  ASSERT_TRUE(body.is_object() && body.size() == 1 && body.contains("error")) << reply.body;
  const Json& error = body["error"];
  ASSERT_TRUE(error.is_object() && error.size() == 4) << reply.body;
  EXPECT_EQ(error.value("code", ""), code) << reply.body;
  EXPECT_EQ(error.value("type", ""), code) << reply.body;
  EXPECT_TRUE(error.contains("param") && (error["param"].is_null() || error["param"].is_string()))
      << reply.body;
  const std::string message = error.value("message", "");
  EXPECT_NE(message, "");
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  for (const std::string& part : parts) EXPECT_THAT(message, testing::HasSubstr(part));
}

bool eventually(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceSeconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace heed::test
