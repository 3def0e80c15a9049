#include "apps/digest/application.h"
#include "apps/economy/application.h"
#include "apps/monitor/application.h"
#include "apps/recommend/application.h"
#include "apps/support/application.h"
#include "apps/translate/application.h"
#include "cli/commands.h"

namespace heed::cli {

const std::vector<apps::Application>& applications() {
  static const std::vector<apps::Application> kApplications = {
      apps::translate_application(), apps::economy_application(),   apps::support_application(),
      apps::monitor_application(),   apps::recommend_application(), apps::digest_application()};
  return kApplications;
}

}  // namespace heed::cli
