#pragma once

#include <memory>
#include <vector>

#include "apps/app.h"
#include "apps/monitor/service.h"

namespace heed::apps::monitor {

// `heed serve`'s part of the application: settings of [apps.monitor], routes, the watch behind them.
std::unique_ptr<MountedApplication> mount_monitor();

std::vector<Route> message_routes(
    const ServicePointer& service);  // /v1/messages, /v1/monitor/messages, trends, sources
std::vector<Route> alert_routes(const ServicePointer& service);  // /v1/monitor/alerts, silences

}  // namespace heed::apps::monitor
