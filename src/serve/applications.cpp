#include "serve/applications.h"

#include <iterator>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace heed::serve {

Applications::Applications(const std::vector<apps::Application>& applications) {
  for (const apps::Application& each : applications)
    mounted_.push_back({.name = each.name,
                        .routes = each.routes,
                        .application = each.mount == nullptr ? nullptr : each.mount()});
}

void Applications::add_settings(Settings& settings) {
  for (Mounted& each : mounted_) {
    if (each.application) each.application->add_settings(settings, fmt::format("apps.{}.", each.name));
  }
}

std::vector<apps::Route> Applications::routes() const {
  std::vector<apps::Route> routes;
  const auto add = [&](std::vector<apps::Route> more) {
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  for (const Mounted& each : mounted_) {
    if (each.routes != nullptr) add(each.routes());
    if (each.application) add(each.application->routes());
  }
  return routes;
}

void Applications::start(apps::Services& services) {
  for (Mounted& each : mounted_) {
    if (each.application) each.application->start(services);
  }
}

void Applications::stop() {
  for (Mounted& each : std::views::reverse(mounted_)) {
    if (each.application) each.application->stop();
  }
}

void Applications::forget(const std::string& tenant, const std::string& subject) {
  for (Mounted& each : mounted_) {
    if (each.application) each.application->forget(tenant, subject);
  }
}

economy::MinuteMarket* Applications::minutes() const {
  for (const Mounted& each : mounted_) {
    if (economy::MinuteMarket* market = each.application ? each.application->minutes() : nullptr)
      return market;
  }
  return nullptr;
}

std::string Applications::metrics() const {
  std::string text;
  for (const Mounted& each : mounted_) {
    if (!each.application) continue;
    for (const apps::Metric& metric : each.application->metrics()) {
      const std::string name = fmt::format("heed_{}_{}", each.name, metric.name);
      text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, metric.help, metric.kind);
      for (const auto& [labels, value] : metric.values)
        text += fmt::format("{}{} {:.15g}\n", name, labels.empty() ? "" : "{" + labels + "}", value);
    }
  }
  return text;
}

}  // namespace heed::serve
