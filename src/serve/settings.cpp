#include "serve/settings.h"

#include "base/error.h"
#include "serve/url.h"

namespace heed::serve {
namespace {

constexpr int64_t kHour = 3'600'000;  // ms

void add_server(Settings& keys, ServerSettings& s) {
  keys.add("server.host", &s.host, "Address to listen on; other than loopback only with keys");
  keys.add("server.port", &s.port, "Port; 0: any that is free, told in the log", 0, 65535);
  keys.add("server.host_names", &s.host_names,
           "Names by which clients may call a server without keys, besides localhost and addresses");
  keys.add("server.tls_certificate", &s.tls_certificate,
           "PEM file with the certificate chain; with tls_key: HTTPS");
  keys.add("server.tls_key", &s.tls_key, "PEM file with the private key");
  keys.add("server.io_threads", &s.io_threads, "Threads that read requests and write replies", 1, 64);
  keys.add("server.workers", &s.workers, "Threads that run models; 0: one a core", 0, 1024);
  keys.add("server.max_batch_tokens", &s.max_batch_tokens, "Tokens a worker answers at once, about", 1,
           1 << 20);
  keys.add("server.max_delay_ms", &s.max_delay_ms,
           "How long a text waits for others while a worker is idle; under load batches fill without it", 0.0,
           1000.0);
  keys.add("server.max_queue", &s.max_queue, "Requests that wait for a worker; more are answered 429", 1,
           1 << 20);
  keys.add("server.deadline_ms", &s.deadline_ms,
           "Longest time to an answer, then 504; a request may ask for less by X-Deadline-Ms", 1, kHour);
  keys.add("server.max_connections", &s.max_connections, "Open connections; more are answered 503", 1,
           1 << 20);
  keys.add("server.max_body_bytes", &s.max_body_bytes, "Largest request, then 413", 1, int64_t{1} << 30);
  keys.add("server.max_header_bytes", &s.max_header_bytes, "Largest head of a request, then 431", 256,
           1 << 20);
  keys.add("server.json_depth", &s.json_depth, "Deepest JSON of a request", 2, 1000);
  keys.add("server.header_timeout_ms", &s.header_timeout_ms,
           "From a request's first byte to the end of its head", 1, kHour);
  keys.add("server.body_timeout_ms", &s.body_timeout_ms, "From the end of its head to the end of its body", 1,
           kHour);
  keys.add("server.idle_timeout_ms", &s.idle_timeout_ms, "From a reply to the next request", 1, kHour);
  keys.add("server.write_timeout_ms", &s.write_timeout_ms, "For a client to take its reply", 1, kHour);
  keys.add("server.drain_timeout_ms", &s.drain_timeout_ms, "After SIGTERM, for running requests to finish", 0,
           kHour);
  keys.add("server.access_log", &s.access_log, "One JSON line a request, on standard error");
  keys.add("server.log_text", &s.log_text, "With the body of the request, which holds what users wrote");
  keys.add("server.page", &s.page, "Folder of the web page; empty: the one installed with heed");
}

}  // namespace

Settings settings_of(ServerSettings& s) {
  Settings keys;
  add_server(keys, s);
  keys.add("keys.file", &s.key_file,
           "Keys that clients need, one a line (heed keys); without keys, loopback only");
  keys.add("keys.rate", &s.key_rate, "Requests a second of a key that has no rate of its own; 0: no limit",
           0.0, 1e9);
  keys.add(
      "store.url", &s.store_url,
      "Event log: sqlite:PATH or postgresql://USER@HOST/NAME; empty: events.sqlite in the models' folder");
  keys.add("store.streams", &s.streams,
           "Streams whose events are recorded too: redis://HOST/STREAM?group=NAME, file:PATH?position=FILE");
  keys.add("store.retention_days", &s.retention_days, "Events older than this are deleted; 0: never", 0,
           36500);
  keys.add("store.max_pending", &s.max_pending_events,
           "Events that wait to be written; more are answered 429", 1, 1 << 24);
  keys.add("models.folder", &s.models, "Folder of model directories");
  keys.add("models.versions", &s.versions, "Versions served beside the current ones: NAME@VERSION");
  keys.add("models.aliases", &s.aliases, "Other names: ALIAS=NAME or ALIAS=NAME@VERSION");
  return keys;
}

void check_settings(const ServerSettings& s) {
  if (s.tls_certificate.empty() != s.tls_key.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "server.tls_certificate and server.tls_key: expected both or neither, found one");
  }
  if (s.models.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "models.folder: expected a folder of model directories, found none; give --models DIR");
  }
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (host.starts_with("127.") && is_address(host));
}

}  // namespace heed::serve
