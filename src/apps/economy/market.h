#pragma once

#include <memory>

#include "apps/app.h"

namespace heed::apps::economics {

// The market for people's minutes of one server ([apps.economy] of heed.toml), and its routes.
std::unique_ptr<MountedApplication> mount_market();

// By http_minutes.cpp.
std::vector<Route> minutes_routes();

}  // namespace heed::apps::economics
