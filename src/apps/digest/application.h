#pragma once

#include "apps/app.h"

namespace heed::apps {

// A reader's digest: the `heed digest` command, and routes.
Application digest_application();

}  // namespace heed::apps
