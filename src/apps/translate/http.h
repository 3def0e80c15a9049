#pragma once

#include <vector>

#include "apps/route.h"

namespace heed::apps {

// POST /v1/translate, with the field names of LibreTranslate beside our own.
std::vector<Route> translate_routes();

}  // namespace heed::apps
