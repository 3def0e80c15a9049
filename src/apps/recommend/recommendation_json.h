#pragma once

#include "apps/recommend/service.h"
#include "base/json.h"

namespace heed::apps::recommend {

// As /v1/recommend replies; titles are the service's.
Json to_json(const Recommendation& recommendation, RecommendService& service);

}  // namespace heed::apps::recommend
