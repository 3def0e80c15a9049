#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "apps/route.h"
#include "serve/access_log.h"
#include "serve/http_request.h"
#include "serve/keys.h"
#include "serve/page.h"
#include "serve/settings.h"
#include "serve/traffic.h"
#include "serve/url.h"

namespace heed::serve {

// From a request to the route that answers it: which route, whose key, how often, what body; and from its
// reply to figures and the log.
class Router : public HttpHandler {
 public:
  struct Parts {
    const ServerSettings& settings;
    std::vector<apps::Route> routes;
    apps::Services& services;
    Traffic& traffic;
    AccessLog& log;
    const Page& page;
  };
  explicit Router(Parts parts);

  std::optional<apps::HttpReply> refuse(const HttpRequest& head) override;
  std::shared_ptr<PendingReply> handle(HttpRequest request, Respond respond) override;
  apps::HttpReply refuse_broken(ErrorCode code, int status, const std::string& message) override;

  // Keys of requests to come.
  void use_keys(std::shared_ptr<const KeyRing> keys);
  bool has_keys() const;
  // From now on every request but those that are running is answered 503.
  void drain() { draining_ = true; }
  bool draining() const { return draining_; }
  int64_t running() const { return *running_; }

  const std::vector<apps::Route>& routes() const { return parts_.routes; }

 private:
  struct Match {
    const apps::Route* route = nullptr;  // null: the page
    bool is_file = false;                // of the page
    std::map<std::string, std::string> parameters;
    std::string key_name;
    std::string label = "other";  // of the route, for figures
  };
  class RoutedCall;

  std::shared_ptr<RoutedCall> begin_call(HttpRequest request, Respond respond);
  std::shared_ptr<const KeyRing> keys() const;
  // `whole`: not the head alone; counts towards the key's rate. `match` is filled as far as it gets.
  void admit(const HttpRequest& head, bool whole, Match& match);
  void find_route(const HttpRequest& head, Match& match) const;
  void check_origin(const HttpRequest& head) const;
  void check_key(const HttpRequest& head, bool whole, Match& match);
  static void add_query(std::string_view target, const std::vector<apps::Field>& known, Json& fields);
  Json read_fields(const HttpRequest& request, const apps::Route& route) const;
  Json read_body(const HttpRequest& request) const;

  Parts parts_;
  std::vector<PathParts> patterns_;  // of the routes
  std::vector<std::string> labels_;
  mutable std::mutex mutex_;
  std::shared_ptr<const KeyRing> keys_ = std::make_shared<KeyRing>();
  RateLimiter rates_;
  std::atomic<bool> draining_{false};
  std::shared_ptr<std::atomic<int64_t>> running_ = std::make_shared<std::atomic<int64_t>>(0);
  std::atomic<uint64_t> next_id_{0};
  std::string id_begin_;  // of this process
};

}  // namespace heed::serve
