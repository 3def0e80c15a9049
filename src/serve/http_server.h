#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "serve/http_request.h"
#include "serve/settings.h"

namespace heed::serve {

// Connections: HTTP/1.1 over TCP or TLS, keep-alive, requests on one connection one after another. Reads with
// limits of size and time, and hands whole requests to the handler (ADR 26).
class HttpServer {
 public:
  // Listens at once. Throws io "HOST:PORT: …" where it cannot, and where the certificate is broken.
  HttpServer(const ServerSettings& settings, HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const;
  int64_t connections() const;
  int64_t busy() const;  // those that have a request which is not fully replied to

  // Called on SIGTERM or SIGINT, and on SIGHUP, by a connection's thread.
  void on_signals(std::function<void()> stop, std::function<void()> reload);
  void reload_certificate();  // for connections to come

  void run();   // until stop()
  void stop();  // from any thread: closes every connection

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed::serve
