#pragma once

#include <cstdint>
#include <thread>

namespace heed::test {

// A server on loopback that answers every request with the beginning of a feed, and more of it for as long as
// somebody reads.
class EndlessFeed {
 public:
  EndlessFeed();
  ~EndlessFeed();
  EndlessFeed(const EndlessFeed&) = delete;
  EndlessFeed& operator=(const EndlessFeed&) = delete;

  uint16_t port() const { return port_; }

 private:
  void run() const;

  uint16_t port_ = 0;
  int listener_;
  std::thread thread_;
};

}  // namespace heed::test
