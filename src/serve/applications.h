#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/app.h"
#include "base/settings.h"

namespace heed::serve {

// Applications as one server runs them: their settings, routes and workers, whatever they are.
class Applications {
 public:
  // Mounts each. Not explicit: a list of descriptors is what a server is made with.
  Applications(const std::vector<apps::Application>& applications);  // NOLINT(google-explicit-constructor)

  // The keys of [apps.NAME], bound to variables that live as long as this does, wherever it is moved to.
  void add_settings(Settings& settings);
  std::vector<apps::Route> routes() const;

  // Throws what is wrong with an application's settings, or keeps it from running.
  void start(apps::Services& services);
  // Ends what runs beside requests.
  void stop();
  void forget(const std::string& tenant, const std::string& subject);
  // Of the first that runs one; null: none does.
  economy::MinuteMarket* minutes() const;
  // Prometheus' exposition format.
  std::string metrics() const;

 private:
  struct Mounted {
    std::string_view name;
    std::vector<apps::Route> (*routes)() = nullptr;
    std::unique_ptr<apps::MountedApplication> application = nullptr;
  };
  std::vector<Mounted> mounted_;
};

}  // namespace heed::serve
