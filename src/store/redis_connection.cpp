#include "store/redis_connection.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <fmt/format.h>

namespace heed::store {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{5000};

timeval to_timeval(milliseconds time) { return {time.count() / 1000, (time.count() % 1000) * 1000}; }

// hiredis writes with write(), which on a closed connection would end the process with SIGPIPE. Here the
// signal is held back from this thread and taken off again.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec at_once{};
    while (!was_pending_ && sigtimedwait(&sigpipe_, nullptr, &at_once) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t sigpipe_{}, before_{};
  bool was_pending_ = false;
};

// A group that is gone (somebody deleted the stream) is made again by the next connection.
ErrorCode code_of(std::string_view problem) {
  for (const char* word : {"LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "TRYAGAIN", "BUSY ", "OOM",
                           "MISCONF", "NOGROUP"}) {
    if (problem.starts_with(word)) return ErrorCode::unavailable;
  }
  for (const char* word : {"NOAUTH", "WRONGPASS", "NOPERM", "ERR invalid password"}) {
    if (problem.starts_with(word)) return ErrorCode::unauthenticated;
  }
  return problem.starts_with("ERR unknown command") ? ErrorCode::unsupported : ErrorCode::invalid_argument;
}

}  // namespace

RedisConnection::RedisConnection(const RedisStreamAddress& address, std::string name)
    : address_(address), name_(std::move(name)) {}

RedisReply RedisConnection::command(const std::vector<std::string>& words, milliseconds patience,
                                    std::string_view expected_error) {
  if (!context_) connect();
  redisSetTimeout(context_.get(), to_timeval(kTimeout + patience));
  RedisReply reply = send(words);
  if (reply->type != REDIS_REPLY_ERROR) return reply;
  const std::string problem(reply->str, reply->len);
  if (!expected_error.empty() && problem.starts_with(expected_error)) return reply;
  const ErrorCode code = code_of(problem);
  if (code == ErrorCode::unavailable) context_.reset();
  fail(code, words[0] + ": " + problem, "look at the server");
}

RedisReply RedisConnection::send(const std::vector<std::string>& words) {
  const WithoutSigpipe guard;
  std::vector<const char*> pointers;
  std::vector<size_t> sizes;
  for (const std::string& word : words) {
    pointers.push_back(word.data());
    sizes.push_back(word.size());
  }
  RedisReply reply(static_cast<redisReply*>(
      redisCommandArgv(context_.get(), static_cast<int>(words.size()), pointers.data(), sizes.data())));
  if (reply) return reply;
  const std::string problem = context_->errstr;
  context_.reset();
  fail(ErrorCode::unavailable, "connection lost: " + problem, "try again");
}

void RedisConnection::connect() {
  context_.reset(address_.socket.empty()
                     ? redisConnectWithTimeout(address_.host.c_str(), address_.port, to_timeval(kTimeout))
                     : redisConnectUnixWithTimeout(address_.socket.c_str(), to_timeval(kTimeout)));
  if (!context_ || context_->err != 0) {
    const std::string problem = context_ ? context_->errstr : "out of memory";
    context_.reset();
    fail(ErrorCode::unavailable, problem, "start it or mend the URL");
  }
  ++connections_;
  if (address_.password.empty()) return;
  if (address_.user.empty()) {
    command({"AUTH", address_.password});
  } else {
    command({"AUTH", address_.user, address_.password});
  }
}

void RedisConnection::fail(ErrorCode code, const std::string& found, const char* cure) const {
  throw Error(code,
              fmt::format("{}: expected a Redis server that answers, found: {}; {}", name_, found, cure));
}

}  // namespace heed::store
