#include "serve/http_server.h"

#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/error.h"
#include "base/log.h"
#include "serve/http_session.h"

namespace heed::serve {
namespace {

std::shared_ptr<asio::ssl::context> load_certificate(const ServerSettings& settings) {
  if (settings.tls_certificate.empty()) return nullptr;
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  try {
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                     asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression);
    tls->use_certificate_chain_file(settings.tls_certificate);
    tls->use_private_key_file(settings.tls_key, asio::ssl::context::pem);
  } catch (const boost::system::system_error& problem) {
    throw Error(ErrorCode::io,
                settings.tls_certificate + ", " + settings.tls_key +
                    ": expected a PEM certificate chain and its private key, found: " + problem.what());
  }
  return tls;
}

}  // namespace

struct HttpServer::Impl {
  Impl(const ServerSettings& s, HttpHandler& h)
      : settings(s),
        handler(h),
        certificate(load_certificate(s)),
        acceptor(make_threads()),
        signals(contexts.front()->get_executor()) {}

  asio::io_context& make_threads();
  void listen();
  void accept();
  void take(Tcp::socket socket);
  template <class Session>
  void open(const std::shared_ptr<Session>& session);

  const ServerSettings& settings;
  HttpHandler& handler;
  std::mutex mutex;  // of certificate
  std::shared_ptr<asio::ssl::context> certificate;
  ConnectionCounts counts;  // outlives the sessions that the contexts hold
  std::vector<std::unique_ptr<asio::io_context>> contexts;
  Tcp::acceptor acceptor;
  asio::signal_set signals;
  size_t next = 0;
  std::function<void()> on_stop, on_reload;
};

asio::io_context& HttpServer::Impl::make_threads() {
  for (int64_t i = 0; i < settings.io_threads; ++i) contexts.push_back(std::make_unique<asio::io_context>(1));
  return *contexts.front();
}

void HttpServer::Impl::listen() {
  const std::string where = settings.host + ":" + std::to_string(settings.port);
  try {
    Tcp::resolver resolver(*contexts.front());
    const auto found = resolver.resolve(settings.host, std::to_string(settings.port), Tcp::resolver::passive);
    const Tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol());
    acceptor.set_option(Tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  } catch (const boost::system::system_error& problem) {
    throw Error(ErrorCode::io, where + ": expected an address and port to listen on, found: " +
                                   problem.code().message() + "; choose another with --port or --host");
  }
}

void HttpServer::Impl::accept() {
  asio::io_context& context = *contexts[next++ % contexts.size()];
  acceptor.async_accept(context, [this](boost::system::error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (error) {
      spdlog::warn("connection not taken: {}", error.message());  // out of descriptors: let some be closed
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    } else {
      take(std::move(socket));
    }
    accept();
  });
}

template <class Session>
void HttpServer::Impl::open(const std::shared_ptr<Session>& session) {
  asio::post(session->executor(), [session] { session->start(); });
}

void HttpServer::Impl::take(Tcp::socket socket) {
  if (counts.open.load() >= settings.max_connections) {
    const apps::HttpReply reply =
        handler.refuse_broken(ErrorCode::unavailable, 503,
                              "server: expected at most " + std::to_string(settings.max_connections) +
                                  " connections, found as many open");
    const std::string bytes = reply_head(reply, false) + reply.body;
    boost::system::error_code error;
    socket.non_blocking(true, error);
    socket.write_some(asio::buffer(bytes), error);
    socket.shutdown(Tcp::socket::shutdown_send, error);
    return;
  }
  ++counts.open;
  const auto tls = [&] {
    const std::lock_guard lock(mutex);
    return certificate;
  }();
  if (tls)
    open(std::make_shared<HttpSession<TlsStream>>(TlsStream(std::move(socket), *tls), settings, handler,
                                                  counts));
  else
    open(std::make_shared<HttpSession<Tcp::socket>>(std::move(socket), settings, handler, counts));
}

HttpServer::HttpServer(const ServerSettings& settings, HttpHandler& handler)
    : impl_(std::make_unique<Impl>(settings, handler)) {
  impl_->listen();
}

HttpServer::~HttpServer() = default;

uint16_t HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }

int64_t HttpServer::connections() const { return impl_->counts.open.load(); }

int64_t HttpServer::busy() const { return impl_->counts.busy.load(); }

void HttpServer::reload_certificate() {
  auto fresh = load_certificate(impl_->settings);
  const std::lock_guard lock(impl_->mutex);
  impl_->certificate = std::move(fresh);
}

void HttpServer::on_signals(std::function<void()> stop, std::function<void()> reload) {
  impl_->on_stop = std::move(stop);
  impl_->on_reload = std::move(reload);
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGHUP);
  static constexpr auto wait = [](Impl& impl, auto again) -> void {
    impl.signals.async_wait([&impl, again](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal == SIGHUP)
        impl.on_reload();
      else
        impl.on_stop();
      again(impl, again);
    });
  };
  wait(*impl_, wait);
}

void HttpServer::run() {
  impl_->accept();
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < impl_->contexts.size(); ++i) {
    threads.emplace_back([&context = *impl_->contexts[i]] {
      const auto work = asio::make_work_guard(context);
      context.run();
    });
  }
  const auto work = asio::make_work_guard(*impl_->contexts.front());
  impl_->contexts.front()->run();
}

void HttpServer::stop() {
  for (const auto& context : impl_->contexts) context->stop();
}

}  // namespace heed::serve
