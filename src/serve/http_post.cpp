#include "serve/http_post.h"

#include <chrono>
#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "base/error.h"

namespace heed::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr uint64_t kMaxReplyBytes = 1 << 20;

// What is sent, and what may come back.
struct Exchange {
  http::request<http::string_body> request;
  std::chrono::milliseconds timeout;
  uint64_t max_bytes = kMaxReplyBytes;
};

struct Address {
  bool tls = false;
  std::string host, port, target;
};

// http://host[:port]/path; a host in brackets is an IPv6 address.
Address parse_address(const std::string& url) {
  Address address;
  std::string rest = url;
  if (rest.starts_with("https://")) {
    address.tls = true;
    rest.erase(0, 8);
  } else if (rest.starts_with("http://")) {
    rest.erase(0, 7);
  } else {
    throw Error(ErrorCode::invalid_argument,
                "address: expected http:// or https://, found '" + url.substr(0, 128) + "'");
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string authority = rest.substr(0, slash);
  address.target = slash == rest.size() ? "/" : rest.substr(slash);
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  address.port = has_port ? authority.substr(colon + 1) : address.tls ? "443" : "80";
  address.host = has_port ? authority.substr(0, colon) : authority;
  if (address.host.empty() || authority.find('@') != authority.npos)
    throw Error(ErrorCode::invalid_argument,
                "address: expected a host and no user, found '" + url.substr(0, 128) + "'");
  return address;
}

http::request<http::string_body> to_request(http::verb verb, const Address& address) {
  http::request<http::string_body> request(verb, address.target, 11);
  const bool usual = address.port == (address.tls ? "443" : "80");
  request.set(http::field::host, usual ? address.host : address.host + ":" + address.port);
  request.set(http::field::user_agent, "heed");
  request.set(http::field::connection, "close");
  return request;
}

template <class Stream>
asio::awaitable<apps::HttpReply> exchange(Stream& stream, Exchange& asked) {
  co_await http::async_write(stream, asked.request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(asked.max_bytes);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  const auto& response = parser.get();
  apps::HttpReply reply = {.status = static_cast<int>(response.result_int()),
                           .body = response.body(),
                           .content_type = std::string(response[http::field::content_type])};
  for (const auto& field : response) reply.headers.emplace_back(field.name_string(), field.value());
  co_return reply;
}

asio::awaitable<apps::HttpReply> send(Exchange& asked, const Address& address) {
  const auto executor = co_await asio::this_coro::executor;
  Tcp::resolver resolver(executor);
  std::string host = address.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto endpoints = co_await resolver.async_resolve(host, address.port, asio::use_awaitable);
  if (!address.tls) {
    beast::tcp_stream stream(executor);
    stream.expires_after(asked.timeout);
    co_await stream.async_connect(endpoints, asio::use_awaitable);
    co_return co_await exchange(stream, asked);
  }
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_default_verify_paths();
  beast::ssl_stream<beast::tcp_stream> stream(executor, tls);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(host));
  if (SSL_set_tlsext_host_name(stream.native_handle(), host.c_str()) != 1)
    throw Error(ErrorCode::internal, "TLS: cannot name the host");
  beast::get_lowest_layer(stream).expires_after(asked.timeout);
  co_await beast::get_lowest_layer(stream).async_connect(endpoints, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await exchange(stream, asked);
}

apps::HttpReply run(Exchange asked, const Address& address) {
  asio::io_context context(1);
  apps::HttpReply reply;
  std::exception_ptr problem;
  asio::co_spawn(context, send(asked, address), [&](const std::exception_ptr& error, apps::HttpReply answer) {
    problem = error;
    reply = std::move(answer);
  });
  context.run();
  if (!problem) return reply;
  try {
    std::rethrow_exception(problem);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorCode::unavailable,
                address.host + ":" + address.port + ": expected an answer, found: " + error.code().message());
  }
}

}  // namespace

apps::HttpReply post(const apps::HttpPost& request) {
  const Address address = parse_address(request.url);
  Exchange asked = {.request = to_request(http::verb::post, address), .timeout = request.timeout};
  asked.request.set(http::field::content_type, "application/json");
  for (const auto& [name, value] : request.headers) asked.request.set(name, value);
  asked.request.body() = request.body;
  asked.request.prepare_payload();
  return run(std::move(asked), address);
}

apps::HttpReply get(const apps::HttpGet& request) {
  const Address address = parse_address(request.url);
  Exchange asked = {.request = to_request(http::verb::get, address),
                    .timeout = request.timeout,
                    .max_bytes = request.max_bytes};
  for (const auto& [name, value] : request.headers) asked.request.set(name, value);
  return run(std::move(asked), address);
}

}  // namespace heed::serve
