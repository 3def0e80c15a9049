#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/route.h"

namespace heed::serve {

// A request as it came, its head already known to be well-formed HTTP.
struct HttpRequest {
  std::string method;
  std::string target;  // path and query, as sent
  std::string host, origin, authorization, request_id, deadline_ms, if_none_match, accept_encoding;
  std::string remote;  // address of the client
  std::string body;
  // Headers whose names begin with X-, names in lower case.
  std::vector<std::pair<std::string, std::string>> extensions = {};
};

using Respond = std::function<void(apps::HttpReply)>;  // once, from any thread

// A request that has been taken on and waits for its reply.
class PendingReply {
 public:
  virtual ~PendingReply() = default;
  virtual infer::Job::Clock::time_point deadline() const = 0;
  virtual void expire() = 0;  // the deadline has come: replies 504
  virtual void cancel() = 0;  // the client has gone: what has not begun need not
};

// What stands behind the connections. Called from several of their threads.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // A reply where the head alone says that there will be no other: no such route, no key for it.
  virtual std::optional<apps::HttpReply> refuse(const HttpRequest& head) = 0;
  virtual std::shared_ptr<PendingReply> handle(HttpRequest request, Respond respond) = 0;
  // A reply to what is not HTTP, or breaks a limit of the connection; counted and logged.
  virtual apps::HttpReply refuse_broken(ErrorCode code, int status, const std::string& message) = 0;
};

}  // namespace heed::serve
