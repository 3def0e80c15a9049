#include "serve/keys.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/error.h"
#include "base/nearest.h"
#include "serve/base64.h"

namespace heed::serve {
namespace {

constexpr std::string_view kDigestBegin = "sha256:";

[[noreturn]] void refuse(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, where + ": " + message + "; heed keys add writes such lines");
}

std::string to_hex(const Digest& digest) {
  std::string hex;
  for (const uint8_t byte : digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::optional<Digest> from_hex(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (size_t i = 0; i < digest.size(); ++i) {
    const char* const begin = hex.data() + 2 * i;
    const auto read = std::from_chars(begin, begin + 2, digest[i], 16);
    if (read.ptr != begin + 2) return std::nullopt;
  }
  return digest;
}

void add_scope(KeyEntry& entry, const std::string& scope, const std::string& where) {
  if (scope == "read")
    entry.read = true;
  else if (scope == "feedback")
    entry.feedback = true;
  else if (scope == "admin")
    entry.admin = true;
  else {
    const std::vector<std::string> known = {"read", "feedback", "admin"};
    refuse(where,
           "expected scopes read, feedback or admin, found '" + scope + "'" + did_you_mean(scope, known));
  }
}

double parse_rate(const std::string& text, const std::string& where) {
  if (text == "-") return 0.0;
  double rate = 0.0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (read.ptr != text.data() + text.size() || !(rate > 0.0 && rate <= 1e9))
    refuse(where, "expected requests a second above 0, or -, found '" + text + "'");
  return rate;
}

KeyEntry parse_line(const std::string& line, const std::string& where) {
  std::istringstream words(line);
  std::string scopes, rate, digest, more;
  KeyEntry entry;
  words >> entry.name >> scopes >> rate >> digest;
  if (digest.empty() || words >> more) refuse(where, "expected NAME SCOPES RATE sha256:HEX");
  std::istringstream list(scopes);
  for (std::string scope; std::getline(list, scope, ',');) add_scope(entry, scope, where);
  entry.rate = parse_rate(rate, where);
  const auto bytes = digest.starts_with(kDigestBegin)
                         ? from_hex(std::string_view(digest).substr(kDigestBegin.size()))
                         : std::nullopt;
  if (!bytes) refuse(where, "expected sha256: and 64 hexadecimal digits, found another digest");
  entry.digest = *bytes;
  return entry;
}

}  // namespace

Digest digest_of(std::string_view key) {
  Digest digest{};
  unsigned int size = 0;
  if (EVP_Digest(key.data(), key.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw Error(ErrorCode::internal, "keys: OpenSSL has no SHA-256");
  return digest;
}

bool KeyEntry::may(apps::Scope scope) const {
  switch (scope) {
    case apps::Scope::read:
      return read || admin;
    case apps::Scope::feedback:
      return feedback || admin;
    case apps::Scope::admin:
      return admin;
  }
  return false;
}

KeyRing KeyRing::parse(std::string_view text, const std::string& where) {
  KeyRing ring;
  std::istringstream lines{std::string(text)};
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string at = where + ":" + std::to_string(++number);
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with('#')) continue;
    KeyEntry entry = parse_line(line, at);
    if (std::ranges::find(ring.entries_, entry.name, &KeyEntry::name) != ring.entries_.end())
      refuse(at, "expected a name once, found '" + entry.name + "' again");
    ring.entries_.push_back(std::move(entry));
  }
  return ring;
}

const KeyEntry* KeyRing::find(std::string_view key) const {
  const Digest digest = digest_of(key);
  const KeyEntry* found = nullptr;
  for (const KeyEntry& entry : entries_) {
    if (CRYPTO_memcmp(digest.data(), entry.digest.data(), digest.size()) == 0) found = &entry;
  }
  return found;
}

std::string to_line(const KeyEntry& entry) {
  std::string scopes;
  const auto add = [&](bool has, const char* scope) {
    if (has) scopes += (scopes.empty() ? "" : ",") + std::string(scope);
  };
  add(entry.read, "read");
  add(entry.feedback, "feedback");
  add(entry.admin, "admin");
  const std::string rate = entry.rate > 0.0 ? fmt::format("{}", entry.rate) : "-";
  return fmt::format("{} {} {} {}{}", entry.name, scopes, rate, kDigestBegin, to_hex(entry.digest));
}

std::string new_key() {
  std::array<uint8_t, 33> bytes{};  // a multiple of three: no padding
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw Error(ErrorCode::internal, "keys: the system gives no random bits");
  std::string key = "heed_" + to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::ranges::replace(key, '+', '-');
  std::ranges::replace(key, '/', '_');
  return key;
}

std::optional<double> RateLimiter::take(const std::string& name, double rate, Clock::time_point now) {
  if (rate <= 0.0) return std::nullopt;
  const double full = std::max(rate, 1.0);
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = buckets_.try_emplace(name, Bucket{full, now});
  Bucket& bucket = place->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(full, bucket.tokens + passed * rate);
  bucket.filled = now;
  if (bucket.tokens < 1.0) return (1.0 - bucket.tokens) / rate;
  bucket.tokens -= 1.0;
  return std::nullopt;
}

}  // namespace heed::serve
