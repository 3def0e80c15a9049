#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/app.h"
#include "apps/feed_poller.h"
#include "apps/monitor/intake.h"
#include "apps/monitor/settings.h"
#include "apps/monitor/webhook.h"
#include "apps/route.h"

namespace heed::apps::monitor {

// The watch of one server: its monitor and store, the threads that read streams and feeds, and the one that
// sends alerts.
class Service {
 public:
  // `services` outlives it. Restores what the store has; begins the threads. Throws what is wrong with the
  // settings.
  Service(const MonitorSettings& settings, Services& services);
  // Batches that are being read are finished.
  ~Service();

  Intake& intake() { return *intake_; }
  MonitorStore& store() { return *store_; }
  const MonitorSettings& settings() const { return settings_; }
  std::stop_token stop() const { return stop_.get_token(); }

  // An alert that somebody has read: their minutes are attended, where they are counted.
  void attended(const std::string& alert, const std::string& by) const;

  // What is wrong now, for people: a stream that is out of reach, a feed that cannot be read, a webhook that
  // is down.
  std::vector<std::string> problems();
  std::vector<FeedStatus> feeds() const { return poller_ ? poller_->status() : std::vector<FeedStatus>(); }
  std::vector<Metric> metrics();

 private:
  void read_stream(const std::string& url);
  void keep_house();
  std::string ask_analysts(const Alert& alert, int64_t now_us) const;

  MonitorSettings settings_;
  Services& services_;
  Ensemble ensemble_;
  Entities entities_;
  ReadTexts read_;
  std::unique_ptr<Monitor> monitor_;
  std::unique_ptr<MonitorStore> store_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<FeedPoller> poller_;
  std::unique_ptr<Webhook> webhook_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> stream_problems_;  // by address, without passwords
  std::vector<std::jthread> threads_;
};

using ServicePointer = std::shared_ptr<std::unique_ptr<Service>>;  // null inside: not enabled

}  // namespace heed::apps::monitor
