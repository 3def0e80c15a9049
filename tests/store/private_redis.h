#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

#include "base/temporary_folder.h"
#include "store/private_process.h"

// A Redis server of this process, on a Unix socket in a temporary folder and on no network; gone with the
// process. What it holds survives stop and start.
class PrivateRedis {
 public:
  PrivateRedis() {
    PrivateProcess::hand_over(folder_.path());
    start();
  }
  ~PrivateRedis() { stop(); }

  static bool is_installed() { return std::filesystem::exists(kProgram); }

  static PrivateRedis& shared() {
    static PrivateRedis server;
    return server;
  }

  void start() {
    server_ = PrivateProcess({kProgram, "--port", "0", "--unixsocket", socket(), "--dir", folder_.path(),
                              "--save", "", "--appendonly", "yes", "--appendfsync", "no"},
                             folder_ / "log");
    if (!wait_until([&] { return run({"PING"}) == "PONG"; })) {
      throw std::runtime_error("Redis does not start: see " + (folder_ / "log").string());
    }
  }
  void stop() { server_.stop(SIGTERM); }

  std::string socket() const { return folder_ / "socket"; }
  // For open_stream; `more`: further parameters, "&consumer=a".
  std::string url(const std::string& stream, const std::string& more = "") const {
    return "redis+unix://" + socket() + "?stream=" + stream + more;
  }

  // One command; its answer as text, or "" without one.
  std::string run(const std::vector<std::string>& words) const {
    std::vector<const char*> pointers;
    std::vector<size_t> sizes;
    for (const std::string& word : words) {
      pointers.push_back(word.data());
      sizes.push_back(word.size());
    }
    redisContext* context = redisConnectUnix(socket().c_str());
    std::string text;
    if (context && context->err == 0) {
      auto* reply = static_cast<redisReply*>(
          redisCommandArgv(context, static_cast<int>(words.size()), pointers.data(), sizes.data()));
      if (reply && reply->str) text.assign(reply->str, reply->len);
      if (reply && reply->type == REDIS_REPLY_INTEGER) text = std::to_string(reply->integer);
      if (reply) freeReplyObject(reply);
    }
    if (context) redisFree(context);
    return text;
  }

  std::string add(const std::string& stream, const std::string& body) const {
    return run({"XADD", stream, "*", "event", body});
  }

 private:
  static constexpr const char* kProgram = "/usr/bin/redis-server";

  TemporaryFolder folder_;
  PrivateProcess server_;
};
