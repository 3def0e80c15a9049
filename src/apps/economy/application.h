#pragma once

#include "apps/app.h"

namespace heed::apps {

// The attention economy over HTTP.
Application economy_application();

}  // namespace heed::apps
