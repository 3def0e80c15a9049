#pragma once

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>

struct addrinfo;

namespace heed::client {

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};
};

// The connection was closed before any of the reply came.
class Closed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};
class TimedOut : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// HTTP/1.1 over one TCP connection. Whatever an exchange throws, the connection is closed then; those that
// are no Closed or TimedOut are std::runtime_error with the reason.
class HttpConnection {
 public:
  using Clock = std::chrono::steady_clock;

  HttpConnection(std::string host, std::string port) : host_(std::move(host)), port_(std::move(port)) {}
  ~HttpConnection() { close(); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  bool is_open() const { return socket_ >= 0; }
  void close();

  // Connects where it is not open, sends the bytes and reads a whole reply.
  HttpReply exchange(const std::string& request, Clock::time_point deadline);

 private:
  void connect(Clock::time_point deadline);
  bool connect_to(const addrinfo& address, Clock::time_point deadline);
  void wait(short events, Clock::time_point deadline) const;
  void send_all(const std::string& bytes, Clock::time_point deadline);
  bool receive(Clock::time_point deadline);  // false: the other side has ended
  HttpReply read_reply(Clock::time_point deadline);

  std::string host_, port_;
  int socket_ = -1;
  std::string received_;
};

}  // namespace heed::client
