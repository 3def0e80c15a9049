#include "apps/monitor/http.h"

#include <utility>

#include "base/error.h"

namespace heed::apps::monitor {
namespace {

class MountedMonitor : public MountedApplication {
 public:
  void add_settings(Settings& keys, const std::string& prefix) override {
    heed::apps::monitor::add_settings(keys, prefix, settings_);
  }
  std::vector<Route> routes() override {
    std::vector<Route> all = message_routes(service_);
    for (Route& route : alert_routes(service_)) all.push_back(std::move(route));
    return all;
  }
  void start(Services& services) override {
    if (settings_.enabled) *service_ = std::make_unique<Service>(settings_, services);
  }
  void stop() override { service_->reset(); }
  // Their messages are the store's alone; what the watch remembers of texts has no author.
  void forget(const std::string&, const std::string&) override {}
  std::vector<Metric> metrics() const override {
    return *service_ ? (*service_)->metrics() : std::vector<Metric>();
  }

 private:
  MonitorSettings settings_;
  ServicePointer service_ = std::make_shared<std::unique_ptr<Service>>();
};

}  // namespace

std::unique_ptr<MountedApplication> mount_monitor() { return std::make_unique<MountedMonitor>(); }

}  // namespace heed::apps::monitor
