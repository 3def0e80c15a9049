#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/asio/thread_pool.hpp>

#include "apps/app.h"
#include "serve/access_log.h"
#include "serve/applications.h"
#include "serve/http_server.h"
#include "serve/models.h"
#include "serve/page.h"
#include "serve/router.h"
#include "serve/settings.h"
#include "serve/traffic.h"
#include "store/event_log.h"
#include "store/event_writer.h"

namespace heed::serve {

// A folder of models as a service: what heed serve runs. Threads: connections (server.io_threads), workers of
// the batcher, the event log's writer, the access log's, and two that load models and read the event log.
class Server : public apps::Services {
 public:
  // Loads every model, reads the keys, opens the event log and listens. Throws what is wrong with any of
  // them, of the applications' settings too.
  Server(ServerSettings settings, Applications applications);
  ~Server() override;

  // Serves until SIGTERM, SIGINT or drain(). SIGHUP: reload().
  void run();
  // Answers 503 to what is new, finishes what runs and lets run() return; a second time: at once. From any
  // thread.
  void drain();
  uint16_t port() const { return http_->port(); }

  std::shared_ptr<const infer::LiveModel> model(const std::string& name, std::string_view task) override {
    return models_.find(name, task);
  }
  bool has_model(const std::string& name) override { return models_.has(name); }
  infer::Batcher& batcher() override { return *batcher_; }

  Models& models() { return models_; }
  Traffic& traffic() { return traffic_; }
  const Router& router() const { return *router_; }
  const ServerSettings& settings() const { return settings_; }
  Applications& applications() { return applications_; }
  Gauges gauges() const;
  // How many workers there are, and the memory that each needs for its batches with the models as they are
  // now.
  std::string describe_workers() const;

  std::filesystem::path folder_of(const infer::LiveModel& model) override;
  store::EventLog& events() override { return *events_; }
  store::EventWriter& event_writer() override { return *event_writer_; }
  std::string store_url() override { return settings_.store_url; }
  economy::MinuteMarket* minutes() override { return applications_.minutes(); }
  void in_background(std::function<void()> work) override;
  std::string hmac_sha256(std::string_view key, std::string_view text) override;
  apps::HttpReply post(const apps::HttpPost& request) override;
  apps::HttpReply get(const apps::HttpGet& request) override;

  // Reads models, keys and the certificate again, each as far as it is sound; the number that was not.
  int64_t reload();

 private:
  void read_keys();
  bool keys_changed();
  void keep_house();
  void read_stream(const std::string& url, const std::stop_token& stop);

  const ServerSettings settings_;
  Traffic traffic_;
  AccessLog log_;
  Page page_;
  Models models_;
  Applications applications_;
  std::unique_ptr<store::EventLog> events_;
  std::unique_ptr<store::EventWriter> event_writer_;
  std::unique_ptr<infer::Batcher> batcher_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<HttpServer> http_;
  boost::asio::thread_pool background_{2};
  std::mutex keys_mutex_;
  std::string keys_text_;  // as read last
  std::mutex house_mutex_;
  std::condition_variable house_closed_;
  bool closing_ = false;
  std::string house_problem_;  // told last
};

// Does what a start does, but for listening, and throws what is wrong. Returns what a worker needs.
std::string check_server(const ServerSettings& settings, Applications applications);

// Every route of a server, its own first. `server` may be null where they are only to be described.
std::vector<apps::Route> all_routes(Server* server, const Applications& applications);

}  // namespace heed::serve
