#pragma once

#include <functional>
#include <string_view>

#include "apps/route.h"
#include "economy/minutes.h"

namespace heed::apps {

// Does `work` with the market for people's minutes, where this server runs one. It keeps back nothing else:
// what fails is logged in the name of `app`.
void count_minutes(Services& services, std::string_view app,
                   const std::function<void(economy::MinuteMarket& market)>& work);

}  // namespace heed::apps
