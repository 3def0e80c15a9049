#pragma once

#include <string>
#include <vector>

#include "apps/route.h"
#include "base/json.h"

namespace heed::serve {

// "post_v1_translate".
std::string operation_id(const apps::Route& route);

// OpenAPI 3.1 of these routes.
Json openapi(const std::vector<apps::Route>& routes);

// The same for people: what docs/http.md holds below its introduction.
std::string markdown(const std::vector<apps::Route>& routes);

}  // namespace heed::serve
