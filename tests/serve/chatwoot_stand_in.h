#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace heed::test {

// A stand-in for Chatwoot's interface on loopback, for tests: takes requests one after another, keeps them
// and says 200. It is not Chatwoot.
class ChatwootStandIn {
 public:
  struct Request {
    std::string target, token, body;
  };

  ChatwootStandIn();
  ~ChatwootStandIn();

  uint16_t port() const { return port_; }
  std::vector<Request> requests() const;
  // So many of the next requests are answered 503.
  void fail_next(int64_t count) { failures_ = count; }

 private:
  void run();
  void take(int connection);

  uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<int64_t> failures_{0};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

}  // namespace heed::test
