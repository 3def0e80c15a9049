#pragma once

#include "apps/app.h"

namespace heed::apps {

// Customer service that knows when it does not know: `heed support …`.
Application support_application();

}  // namespace heed::apps
