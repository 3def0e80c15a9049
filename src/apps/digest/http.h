#pragma once

#include <memory>

#include "apps/app.h"

namespace heed::apps::digest {

// `heed serve`'s part of the application: settings of [apps.digest], routes, the service behind them.
std::unique_ptr<MountedApplication> mount_digest();

}  // namespace heed::apps::digest
