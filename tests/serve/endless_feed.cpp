#include "serve/endless_feed.h"

#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heed::test {

EndlessFeed::EndlessFeed() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 4) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
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
