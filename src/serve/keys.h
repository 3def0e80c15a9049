#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/route.h"

namespace heed::serve {

using Digest = std::array<uint8_t, 32>;

// SHA-256. Enough for keys, which are 256 random bits and not words that could be guessed.
Digest digest_of(std::string_view key);

// What is known of a key: never the key itself.
struct KeyEntry {
  std::string name;
  bool read = false, feedback = false, admin = false;
  double rate = 0.0;  // requests a second; 0: keys.rate
  Digest digest{};

  bool may(apps::Scope scope) const;
};

// The keys of a file, one a line: NAME SCOPE[,SCOPE…] RATE sha256:HEX, where RATE is requests a second or
// "-". Empty lines and those that begin with # are left out.
class KeyRing {
 public:
  KeyRing() = default;
  // Throws invalid_argument "WHERE:LINE: …": a scope that is not read, feedback or admin, a name twice, a
  // digest that is none.
  static KeyRing parse(std::string_view text, const std::string& where);

  // Null where no key is this one. Takes the same time whichever is.
  const KeyEntry* find(std::string_view key) const;
  bool empty() const { return entries_.empty(); }
  const std::vector<KeyEntry>& entries() const { return entries_; }

 private:
  std::vector<KeyEntry> entries_;
};

// The line of a key in such a file.
std::string to_line(const KeyEntry& entry);

// "heed_" and 256 random bits of the system, base64url.
std::string new_key();

// Requests a second of each key: a bucket of one second's worth, which fills as time goes. Thread-safe.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  // Takes one request; the seconds until there is another where there is none.
  std::optional<double> take(const std::string& name, double rate, Clock::time_point now);

 private:
  struct Bucket {
    double tokens = 0.0;
    Clock::time_point filled;
  };
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace heed::serve
