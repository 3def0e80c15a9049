#include "serve/endless_feed.h"

#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "serve/loopback_listener.h"

namespace heed::test {

EndlessFeed::EndlessFeed() : listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { run(); });
}

EndlessFeed::~EndlessFeed() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void EndlessFeed::run() const {
  std::string more;
  for (int k = 0; k < 1000; ++k) more += "<item><title>More and more 越来越多</title></item>";
  for (int connection = -1; (connection = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(connection)) {
    std::string piece =
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss version=\"2.0\"><channel>" + more;
    while (::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL) > 0) piece = more;
  }
}

}  // namespace heed::test
