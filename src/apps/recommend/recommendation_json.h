#pragma once

#include "apps/recommend/service.h"
#include "base/json.h"

namespace heed::apps::recommend {

// As /v1/recommend replies; titles are the service's. A preview has no decision to name.
Json to_json(const Recommendation& recommendation, RecommendService& service, bool preview);

}  // namespace heed::apps::recommend
