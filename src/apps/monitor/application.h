#pragma once

#include "apps/app.h"

namespace heed::apps {

Application monitor_application();

}  // namespace heed::apps
