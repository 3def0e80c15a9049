#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/settings.h"

namespace heed::serve {

// What heed.toml holds, with its defaults. settings_of() says what each means.
struct ServerSettings {
  std::string host = "127.0.0.1";
  int64_t port = 8080;
  std::vector<std::string> host_names;
  std::string tls_certificate, tls_key;
  int64_t io_threads = 1;
  int64_t workers = 0;
  int64_t max_batch_tokens = 2048;
  double max_delay_ms = 0.0;
  int64_t max_queue = 1024;
  int64_t deadline_ms = 30'000;
  int64_t max_connections = 4096;
  int64_t max_body_bytes = 1 << 20;
  int64_t max_header_bytes = 16 << 10;
  int64_t json_depth = 32;
  int64_t header_timeout_ms = 10'000;
  int64_t body_timeout_ms = 30'000;
  int64_t idle_timeout_ms = 75'000;
  int64_t write_timeout_ms = 30'000;
  int64_t drain_timeout_ms = 30'000;
  bool access_log = true;
  bool log_text = false;
  std::string page;

  std::string key_file;
  double key_rate = 0.0;

  std::string store_url;
  std::vector<std::string> streams;
  int64_t retention_days = 0;
  int64_t max_pending_events = 100'000;

  std::string models;
  std::vector<std::string> versions;
  std::vector<std::string> aliases;
};

// The keys of heed.toml, bound to `settings`, which must outlive the answer.
Settings settings_of(ServerSettings& settings);

// Throws invalid_argument where two settings do not fit each other.
void check_settings(const ServerSettings& settings);

// What people reach only from this machine: 127.0.0.0/8, ::1, localhost.
bool is_loopback(const std::string& host);

}  // namespace heed::serve
