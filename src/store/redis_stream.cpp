#include "store/redis_stream.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "store/database.h"
#include "store/redis_connection.h"
#include "store/url.h"

namespace heed::store {
namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

std::string own_consumer_name() {
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}-{}", host, ::getpid());
}

std::string name_of(const RedisStreamAddress& address) {
  if (!address.socket.empty()) {
    return fmt::format("redis+unix://{}?stream={}&group={}", address.socket, address.stream, address.group);
  }
  return fmt::format("redis://{}:{}/{}?group={}", address.host, address.port, address.stream, address.group);
}

std::string_view text_of(const redisReply* reply) {
  return reply && reply->str ? std::string_view(reply->str, reply->len) : std::string_view();
}

bool is_list(const redisReply* reply, size_t least) {
  return reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= least;
}

// An entry [id, [name, value, …]]; nullopt in `fields` where it has been deleted from the stream.
Message message_of(const redisReply* entry, size_t max_bytes) {
  Message message{.id = std::string(text_of(entry->element[0])), .body = {}, .problem = {}};
  const redisReply* fields = entry->element[1];
  const redisReply* body = nullptr;
  for (size_t i = 0; i + 1 < fields->elements; i += 2) {
    if (fields->elements == 2 || text_of(fields->element[i]) == "event") body = fields->element[i + 1];
  }
  if (!body) {
    message.problem =
        fmt::format("expected an entry with a field 'event', found {} other fields", fields->elements / 2);
  } else if (body->len > max_bytes) {
    message.problem = fmt::format("expected a body of at most {} bytes, found {}", max_bytes, body->len);
  }
  message.body = text_of(body).substr(0, max_bytes);
  return message;
}

class RedisStream : public Stream {
 public:
  RedisStream(const RedisStreamAddress& address, const StreamLimits& limits)
      : address_(address),
        limits_(limits),
        is_own_name_(address.consumer.empty()),
        consumer_(is_own_name_ ? own_consumer_name() : address.consumer),
        name_(name_of(address)),
        redis_(address, name_) {}

  ~RedisStream() override {
    try {
      leave();
    } catch (const Error& error) {
      spdlog::debug("{}", error.what());
    }
  }

  const std::string& name() const override { return name_; }

  std::vector<Message> read(size_t max, milliseconds timeout) override {
    prepare();
    if (auto messages = read_own(max); !messages.empty()) return messages;
    if (auto messages = reclaim(max); !messages.empty()) return messages;
    // Messages of the dead are looked for between two waits.
    const milliseconds wait = std::min(timeout, std::max(address_.reclaim_after / 2, milliseconds(10)));
    return read_group(">", max, wait);
  }

  void acknowledge(std::span<const Message> messages) override {
    if (messages.empty()) return;
    std::vector<std::string> words = {"XACK", address_.stream, address_.group};
    for (const Message& message : messages) words.push_back(message.id);
    redis_.command(words);
  }

 private:
  // After each new connection: the group, and what this consumer was handed before.
  void prepare() {
    if (redis_.is_connected() && prepared_ == redis_.connections()) return;
    redis_.command({"XGROUP", "CREATE", address_.stream, address_.group, "0", "MKSTREAM"}, {}, "BUSYGROUP");
    prepared_ = redis_.connections();
    own_after_ = "0-0";
    claim_from_ = "0-0";
  }

  // What was handed to this consumer and not acknowledged, once from the start.
  std::vector<Message> read_own(size_t max) {
    if (own_after_.empty()) return {};
    std::vector<Message> messages = read_group(own_after_, max, {});
    if (messages.empty())
      own_after_.clear();
    else
      own_after_ = messages.back().id;
    add_deliveries(messages);
    return messages;
  }

  // What others have held for too long.
  std::vector<Message> reclaim(size_t max) {
    const auto now = steady_clock::now();
    if (now < claim_at_) return {};
    const RedisReply reply = redis_.command({"XAUTOCLAIM", address_.stream, address_.group, consumer_,
                                             std::to_string(address_.reclaim_after.count()), claim_from_,
                                             "COUNT", std::to_string(max)});
    if (!is_list(reply.get(), 2)) return {};
    claim_from_ = text_of(reply->element[0]);
    if (claim_from_ == "0-0") claim_at_ = now + address_.reclaim_after / 2;
    std::vector<Message> messages = messages_of(reply->element[1]);
    if (!messages.empty())
      spdlog::info("{}: took over {} messages of a silent consumer", name_, messages.size());
    add_deliveries(messages);
    return messages;
  }

  std::vector<Message> read_group(const std::string& after, size_t max, milliseconds wait) {
    std::vector<std::string> words = {"XREADGROUP", "GROUP", address_.group,
                                      consumer_,    "COUNT", std::to_string(max)};
    if (wait.count() > 0) words.insert(words.end(), {"BLOCK", std::to_string(wait.count())});
    words.insert(words.end(), {"STREAMS", address_.stream, after});
    const RedisReply reply = redis_.command(words, wait);
    // [[stream, [entry, …]]], or nil when nothing came.
    if (!is_list(reply.get(), 1) || !is_list(reply->element[0], 2)) return {};
    return messages_of(reply->element[0]->element[1]);
  }

  std::vector<Message> messages_of(const redisReply* entries) {
    std::vector<Message> messages;
    std::vector<Message> deleted;
    for (size_t i = 0; is_list(entries, 1) && i < entries->elements; ++i) {
      const redisReply* entry = entries->element[i];
      if (!is_list(entry, 2)) continue;  // Redis 6.2 answers nil for a deleted entry
      if (is_list(entry->element[1], 0)) {
        messages.push_back(message_of(entry, limits_.max_message_bytes));
      } else {
        deleted.push_back({.id = std::string(text_of(entry->element[0])), .body = {}, .problem = {}});
      }
    }
    acknowledge(deleted);
    return messages;
  }

  void add_deliveries(std::vector<Message>& messages) {
    if (messages.empty()) return;
    const RedisReply reply = redis_.command({"XPENDING", address_.stream, address_.group, messages.front().id,
                                             messages.back().id, std::to_string(messages.size()), consumer_});
    std::map<std::string_view, int64_t> counts;  // [[id, consumer, idle, count], …]
    for (size_t i = 0; is_list(reply.get(), 1) && i < reply->elements; ++i) {
      const redisReply* one = reply->element[i];
      if (is_list(one, 4)) counts[text_of(one->element[0])] = one->element[3]->integer;
    }
    for (Message& message : messages) {
      if (const auto count = counts.find(message.id); count != counts.end())
        message.deliveries = count->second;
    }
  }

  // A consumer whose name was made for this process is taken off the group's list, unless it holds messages.
  void leave() {
    if (!is_own_name_ || prepared_ == 0) return;
    const RedisReply held =
        redis_.command({"XPENDING", address_.stream, address_.group, "-", "+", "1", consumer_});
    if (held->type != REDIS_REPLY_ARRAY || held->elements > 0) return;
    redis_.command({"XGROUP", "DELCONSUMER", address_.stream, address_.group, consumer_});
  }

  const RedisStreamAddress address_;
  const StreamLimits limits_;
  const bool is_own_name_;
  const std::string consumer_, name_;
  RedisConnection redis_;
  int64_t prepared_ = 0;   // the connection for which `prepare` has run
  std::string own_after_;  // "": all of its own have been read
  std::string claim_from_ = "0-0";
  steady_clock::time_point claim_at_{};
};

int64_t parse_count(const std::string& text, int64_t most, const std::string& where) {
  int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most) return value;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: expected a number from 1 to {}, found '{}'", where, most, text));
}

}  // namespace

RedisStreamAddress parse_redis_url(const std::string& text) {
  const std::string where = shown_url(text);
  const Url url = parse_url(text);
  RedisStreamAddress address{.user = url.user, .password = url.password};
  if (url.scheme == "redis+unix") {
    address.socket = "/" + url.path;
  } else {
    if (!url.host.empty()) address.host = url.host;
    if (url.port != 0) address.port = url.port;
    address.stream = url.path;
  }
  for (const auto& [name, value] : url.parameters) {
    if (name == "group")
      address.group = value;
    else if (name == "consumer")
      address.consumer = value;
    else if (name == "stream" && url.scheme == "redis+unix")
      address.stream = value;
    else if (name == "reclaim_ms")
      address.reclaim_after = milliseconds(parse_count(value, 86'400'000, where + ": reclaim_ms"));
    else
      throw Error(ErrorCode::invalid_argument,
                  where + ": expected group, consumer or reclaim_ms, found '" + name + "'");
  }
  for (const std::string& word : {address.stream, address.group}) {
    if (!word.empty() && word.size() <= 200) continue;
    throw Error(ErrorCode::invalid_argument,
                where + ": expected a stream and a group of 1 to 200 bytes, found " +
                    std::to_string(word.size()) + "; write redis://HOST:PORT/STREAM?group=GROUP");
  }
  return address;
}

std::unique_ptr<Stream> open_redis_stream(const RedisStreamAddress& address, const StreamLimits& limits) {
  return std::make_unique<RedisStream>(address, limits);
}

}  // namespace heed::store
