// Bytes of a connection from anyone, through the parser and the checks of a head as a session uses them: a
// body is never larger than its limit, and a head that passes has one host and one way to its body's end.

#include <cstdlib>
#include <string>

#include "serve/error_reply.h"
#include "serve/http_session.h"
#include "serve/url.h"

using heed::serve::ServerSettings;
namespace http = heed::serve::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const ServerSettings kSettings = [] {
    ServerSettings settings;
    settings.max_body_bytes = 512;
    settings.max_header_bytes = 1024;
    return settings;
  }();
  if (size == 0) return 0;
  // The first byte says how the rest is cut, as a network may cut it.
  const size_t piece = bytes[0] == 0 ? size : bytes[0];
  boost::beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;
  const auto begin = [&] {
    parser.emplace();
    parser->header_limit(static_cast<uint32_t>(kSettings.max_header_bytes));
    parser->body_limit(static_cast<uint64_t>(kSettings.max_body_bytes));
    parser->eager(true);
  };
  begin();
  for (size_t at = 1; at < size;) {
    const size_t count = std::min(piece, size - at);
    std::memcpy(buffer.prepare(count).data(), bytes + at, count);
    buffer.commit(count);
    at += count;
    bool more = true;
    while (more && buffer.size() > 0) {
      boost::system::error_code error;
      const size_t taken = parser->put(buffer.data(), error);
      buffer.consume(taken);
      if (error && error != http::error::need_more) {
        const heed::serve::BrokenRequest fault = heed::serve::explain(error, kSettings);
        if (fault.status < 400 || fault.message.empty()) std::abort();
        return 0;
      }
      if (parser->is_header_done()) {
        const auto& header = parser->get().base();
        if (heed::serve::find_fault(header)) return 0;
        const heed::serve::HttpRequest head = heed::serve::head_of(header, "fuzz");
        if (head.method.empty() || header.count(http::field::host) > 1) std::abort();
        heed::serve::host_of(head.host);
        heed::serve::authority_of(head.origin);
      }
      if (parser->get().body().size() > static_cast<size_t>(kSettings.max_body_bytes)) std::abort();
      if (parser->is_done())
        begin();
      else
        more = error != http::error::need_more && taken > 0;
    }
  }
  return 0;
}
