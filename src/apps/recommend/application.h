#pragma once

#include "apps/app.h"

namespace heed::apps {

// `heed recommend …`: what deserves the next minute of each person's attention.
Application recommend_application();

}  // namespace heed::apps
