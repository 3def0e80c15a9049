#include "apps/count_minutes.h"

#include "base/error.h"
#include "base/log.h"

namespace heed::apps {

void count_minutes(Services& services, std::string_view app,
                   const std::function<void(economy::MinuteMarket& market)>& work) {
  economy::MinuteMarket* const market = services.minutes();
  if (market == nullptr) return;
  try {
    work(*market);
  } catch (const Error& problem) {
    spdlog::error("{}: minutes not counted: {}", app, problem.what());
  }
}

}  // namespace heed::apps
